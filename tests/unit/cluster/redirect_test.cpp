#include "cluster/redirect.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace rediserve::cluster {
namespace {

using kind = redirect::kind;

const redis::place asked{"asked.example", 7000};

void expect(std::string_view text, kind is, std::uint16_t slot, const redis::place& to)
{
    const auto read = read_redirect(text, asked);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->is, is) << text;
    EXPECT_EQ(read->slot, slot) << text;
    EXPECT_EQ(read->to, to) << text << ": " << read->to.host;
}

TEST(Redirect, SaysWhereTo)
{
    expect("MOVED 3999 127.0.0.1:6381", kind::moved, 3999, {"127.0.0.1", 6381});
    expect("ASK 0 node-1.example:65535", kind::ask, 0, {"node-1.example", 65535});
    expect("MOVED 16383 ::1:7001", kind::moved, 16383, {"::1", 7001});
    expect("MOVED 1 2001:db8::7:7001", kind::moved, 1, {"2001:db8::7", 7001});
}

TEST(Redirect, WithoutAHostIsToTheNodeThatWasAsked)
{
    expect("MOVED 1 :7002", kind::moved, 1, {"asked.example", 7002});
    expect("ASK 1 :7002", kind::ask, 1, {"asked.example", 7002});
}

TEST(Redirect, ToANodeWithoutAnAddressHasNoHost)
{
    expect("MOVED 1 ?:7002", kind::moved, 1, {"", 7002});
}

TEST(Redirect, SaysToTryAgain)
{
    expect("TRYAGAIN Multiple keys request during rehashing of slot", kind::try_again, 0, {});
    expect("TRYAGAIN", kind::try_again, 0, {});
    expect("READONLY You can't write against a read only replica.", kind::try_again, 0, {});
    expect(
        "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)", kind::try_again,
        0, {}
    );
    expect("CLUSTERDOWN Hash slot not served", kind::down, 0, {});
    expect("CLUSTERDOWN The cluster is down", kind::down, 0, {});
}

TEST(Redirect, OtherErrorsAreNone)
{
    for (const std::string_view text :
         {"",
          "ERR no",
          "M",
          "MOVED",
          "MOVED ",
          "MOVED 1",
          "MOVED 1 ",
          "MOVED 1 host",
          "MOVED 1 host:",
          "MOVED 1 host:0",
          "MOVED 1 host:65536",
          "MOVED 1 host:-1",
          "MOVED 1 host:x",
          "MOVED 16384 host:1",
          "MOVED -1 host:1",
          "MOVED x host:1",
          "MOVED  host:1",
          "MOVED 1:2",
          "MOVEDX 1 host:1",
          "moved 1 host:1",
          "ASKING 1 host:1",
          "ASK",
          "MISCONF disk",
          "MASTERDOWN Link",
          "TRYAGAINST x",
          "UNBLOCKED client unblocked via CLIENT UNBLOCK",
          "CLUSTERDOWNX",
          "CROSSSLOT Keys",
          "MOVED 1 host:7 x"})
        EXPECT_FALSE(read_redirect(text, asked)) << text;
}

// Whatever is written is read as it was meant.
TEST(Redirect, IsReadAsItWasWritten)
{
    std::mt19937 random(7);
    const std::string letters = "abc019.:-[]%";
    for (int i = 0; i < 2000; ++i) {
        std::string host;
        for (auto left = random() % 20 + 1; left > 0; --left)
            host += letters[random() % letters.size()];
        const auto slot = static_cast<std::uint16_t>(random() % 16384);
        const auto port = static_cast<std::uint16_t>(random() % 65535 + 1);
        const bool moved = random() % 2 == 0;
        const std::string text =
            (moved ? "MOVED " : "ASK ") + std::to_string(slot) + ' ' + host + ':' + std::to_string(port);
        expect(text, moved ? kind::moved : kind::ask, slot, {host, port});
    }
}

}   // namespace
}   // namespace rediserve::cluster
