// What the service manager is told, and when.
#include "app/supervisor_link.hpp"

#include "support/service_manager.hpp"

#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <functional>
#include <utility>

namespace rediserve::app {
namespace {

using test::service_manager;
using testing::HasSubstr;
using testing::MatchesRegex;
using namespace std::chrono_literals;

class SupervisorLink : public testing::Test
{
protected:
    void begin(std::chrono::microseconds watchdog = 0us)
    {
        service_variables of;
        of.notify_socket = manager_.address();
        of.watchdog = watchdog;
        link_.emplace(
            context_, of, supervisor_link::questions{[this] { return trouble_; }, [this](auto then) { round(then); }}
        );
        link_->begin({"http://127.0.0.1:3000", "unix:/run/x"});
    }

    void round(const std::function<void(bool)>& then)
    {
        if (!stuck_)
            boost::asio::post(context_, [this, then] { then(settled_); });
    }

    // The next message, while the loop turns; "" when there is none within `time`.
    std::string heard(std::chrono::milliseconds time = 10s)
    {
        std::optional<std::string> message;
        const auto until = std::chrono::steady_clock::now() + time;
        while (!message && std::chrono::steady_clock::now() < until) {
            context_.restart();
            context_.run_for(5ms);
            message = manager_.next(0ms);
        }
        return message.value_or("");
    }

    service_manager manager_;
    std::string trouble_;
    bool settled_ = true;
    bool stuck_ = false;
    boost::asio::io_context context_{1};
    std::optional<supervisor_link> link_;
};

TEST_F(SupervisorLink, SaysReadyWithWhereItServes)
{
    begin();
    EXPECT_EQ(heard(), "READY=1\nSTATUS=Serving http://127.0.0.1:3000 unix:/run/x");
}

TEST_F(SupervisorLink, WaitsForTheFirstAttempt)
{
    settled_ = false;
    begin();
    EXPECT_EQ(heard(200ms), "");
    settled_ = true;
    EXPECT_THAT(heard(), HasSubstr("READY=1"));
}

TEST_F(SupervisorLink, DoesNotWaitForARedisThatIsSilent)
{
    settled_ = false;
    trouble_ = "Redis does not answer";
    begin();
    EXPECT_EQ(heard(), "READY=1\nSTATUS=Not ready: Redis does not answer");
}

TEST_F(SupervisorLink, TellsWhatIsNew)
{
    begin();
    EXPECT_THAT(heard(), HasSubstr("READY=1"));
    trouble_ = "Redis does not answer";
    EXPECT_EQ(heard(), "STATUS=Not ready: Redis does not answer");
    trouble_.clear();
    EXPECT_EQ(heard(), "STATUS=Serving http://127.0.0.1:3000 unix:/run/x");
}

TEST_F(SupervisorLink, FramesAReload)
{
    begin();
    EXPECT_THAT(heard(), HasSubstr("READY=1"));
    link_->reloading();
    EXPECT_THAT(heard(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    link_->reloaded();
    EXPECT_EQ(heard(), "READY=1");
}

TEST_F(SupervisorLink, SaysNothingOfAReloadBeforeItIsReady)
{
    settled_ = false;
    begin();
    link_->reloading();
    link_->reloaded();
    EXPECT_EQ(heard(100ms), "");
}

TEST_F(SupervisorLink, SaysThatItStopsAndNothingAfter)
{
    begin();
    EXPECT_THAT(heard(), HasSubstr("READY=1"));
    link_->stopping();
    EXPECT_THAT(heard(), HasSubstr("STOPPING=1"));
    trouble_ = "the process is shutting down";
    link_->reloading();
    EXPECT_EQ(heard(1500ms), "");
}

TEST_F(SupervisorLink, GivesSignsOfLifeWhileAllLoopsTurn)
{
    begin(90ms);
    for (int signs = 0; signs < 3;)
        if (const auto message = heard(); message == "WATCHDOG=1")
            ++signs;
        else
            ASSERT_THAT(message, HasSubstr("READY=1"));
    stuck_ = true;
    while (!heard(500ms).empty()) {}   // what was under way
    EXPECT_EQ(heard(500ms), "");
}

TEST_F(SupervisorLink, SaysNothingToNobody)
{
    link_.emplace(context_, service_variables{}, supervisor_link::questions{});
    link_->begin({"http://127.0.0.1:3000"});
    link_->reloading();
    link_->reloaded();
    link_->stopping();
    context_.run();
    SUCCEED();   // no question was asked
}

TEST_F(SupervisorLink, SurvivesAManagerThatHasGone)
{
    service_variables of;
    of.notify_socket = "/nowhere/notify";
    link_.emplace(context_, of, supervisor_link::questions{[] { return ""; }, [this](auto then) { round(then); }});
    link_->begin({"http://127.0.0.1:3000"});
    context_.run_for(50ms);
    link_->stopping();
}

}   // namespace
}   // namespace rediserve::app
