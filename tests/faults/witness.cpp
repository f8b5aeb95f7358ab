#include "faults/witness.hpp"

#include "faults/line.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>

namespace rediserve::test {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int look_every_ms = 2;
constexpr milliseconds reconnect_after{20};

struct answer
{
    int status = 0;
    bool last = false;        // the connection ends with it
    std::string_view token;   // upstash-sync-token
    std::string_view body;
    std::size_t size = 0;   // of all of it
};

// The value of a header, as this gateway writes its name.
std::string_view header_in(std::string_view head, std::string_view name)
{
    const auto at = head.find(name);
    const auto from = at == std::string_view::npos ? head.size() : at + name.size();
    return head.substr(from, head.find('\r', from) - from);
}

// The same request, of a client that reads from replicas, and shows what it has written by the token of its last answer.
std::string at_replica(std::string request, std::string_view token)
{
    const auto target_end = request.find(" HTTP/1.1\r\n");
    const bool has_query = request.find('?') < target_end;
    request.insert(target_end, has_query ? "&read=replica" : "?read=replica");
    request.insert(request.find("\r\n") + 2, "upstash-sync-token: " + std::string(token) + "\r\n");
    return request;
}

// One whole answer at the front of `input`; those of this gateway to these requests have a Content-Length.
std::optional<answer> whole_answer(std::string_view input)
{
    const auto head_end = input.find("\r\n\r\n");
    if (head_end == std::string_view::npos)
        return std::nullopt;
    const auto head = input.substr(0, head_end + 2);
    answer found;
    std::from_chars(head.data() + 9, head.data() + std::min<std::size_t>(head.size(), 12), found.status);
    const auto digits = header_in(head, "\r\nContent-Length: ");
    std::size_t length = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    found.token = header_in(head, "\r\nupstash-sync-token: ");
    found.size = head_end + 4 + length;
    if (input.size() < found.size)
        return std::nullopt;
    found.body = input.substr(head_end + 4, length);
    found.last = head.find("\r\nConnection: close") != std::string_view::npos;
    return found;
}

}   // namespace

class witness::client
{
public:
    client(witness& of, int index)
        : of_(of), name_("c" + std::to_string(index)), number_(index), reads_replicas_(index % 2 == 1)
    {}

    int descriptor() const noexcept { return line_.descriptor(); }
    bool busy() const noexcept { return asked_.has_value(); }

    void attend(time_point now)
    {
        if (!line_.is_open())
            return open(now);
        const bool alive = line_.receive();
        if (const auto answered = whole_answer(line_.input); answered && busy())
            take(*answered, now);
        if (!alive || (busy() && !line_.send({})))
            return fail(now);
        if (busy() && now - *asked_ > of_.how_.patience)
            return fail(now);
        if (line_.is_open() && !busy() && now >= next_ && !of_.resting_)
            ask(now);
    }

    void judge(const std::function<std::optional<std::string>(const std::string&)>& read, findings& found) const
    {
        for (std::size_t index = 0; index < pages_.size(); ++index)
            pages_[index].judge(read, static_cast<int>(index) == of_.epoch_ ? memory::whole : memory::emptied, found);
    }

    void look_anew() noexcept { streak_ = 0; }

    int streak_ = 0;       // answers in a row that are as if nothing was
    time_point since_{};   // when the first of them came

private:
    void open(time_point now)
    {
        if (of_.resting_ || now < next_)
            return;
        if (!line_.open(of_.how_.address)) {
            streak_ = 0;
            next_ = now + reconnect_after;
        }
    }

    void ask(time_point now)
    {
        while (static_cast<int>(pages_.size()) <= of_.epoch_)
            pages_.emplace_back(name_ + "." + std::to_string(pages_.size()));
        page_ = static_cast<std::size_t>(of_.epoch_);
        ++number_;
        what_ = static_cast<question>(number_ % questions);
        asked_ = now;
        auto request = pages_[page_].ask(what_, number_);
        line_.send(reads_replicas_ ? at_replica(std::move(request), token_) : std::move(request));
    }

    void take(const answer& answered, time_point now)
    {
        auto& counts = of_.counts_;
        const auto how = pages_[page_].settle(what_, number_, answered.status, answered.body, counts, of_.wrong_);
        counts.slowest = std::max(counts.slowest, duration_cast<milliseconds>(now - *asked_));
        streak_ = how == told::done ? streak_ + 1 : 0;
        if (streak_ == 1)
            since_ = now;
        asked_.reset();
        token_ = answered.token;
        next_ = now + of_.how_.pause;
        if (answered.last)
            line_.close();
        else
            line_.input.erase(0, answered.size);
    }

    // The connection has ended, or there was no answer in time.
    void fail(time_point now)
    {
        if (busy()) {
            pages_[page_].doubt(what_, number_);
            ++(of_.excusing_ ? of_.counts_.excused : of_.counts_.unanswered);
            ++of_.counts_.failures[of_.excusing_ ? "connection ended" : "no answer"];
        }
        asked_.reset();
        streak_ = 0;
        next_ = now + reconnect_after;
        line_.close();
    }

    witness& of_;
    line line_;
    std::string name_;
    std::vector<page> pages_;   // by epoch
    std::size_t page_ = 0;      // what is under way belongs to
    question what_{};
    long number_;
    const bool reads_replicas_;
    std::string token_;
    std::optional<time_point> asked_;
    time_point next_{};
};

class witness::listener
{
public:
    explicit listener(std::string address) : address_(std::move(address)) {}

    int descriptor() const noexcept { return line_.descriptor(); }
    const std::string& last() const noexcept { return last_; }

    void attend(time_point now)
    {
        if (!line_.is_open())
            return open(now);
        const bool alive = line_.receive();
        constexpr std::string_view mark = "data: message,news,";
        if (const auto at = line_.input.rfind(mark); at != std::string::npos) {
            const auto end = line_.input.find('\n', at);
            if (end != std::string::npos)
                last_ = line_.input.substr(at + mark.size(), end - at - mark.size());
        }
        if (line_.input.size() > 65536)
            line_.input.erase(0, line_.input.size() - 4096);
        const bool refused = line_.input.size() > 12 && line_.input.starts_with("HTTP/1.1 ") && line_.input[9] != '2';
        if (!alive || refused) {
            line_.close();
            next_ = now + 5 * reconnect_after;
        }
    }

private:
    void open(time_point now)
    {
        if (now < next_)
            return;
        next_ = now + 5 * reconnect_after;
        if (line_.open(address_))
            line_.send("GET /subscribe/news HTTP/1.1\r\nHost: faults\r\nAccept: text/event-stream\r\n\r\n");
    }

    line line_;
    std::string address_;
    std::string last_;
    time_point next_{};
};

witness::witness(const options& how) : how_(how)
{
    for (int index = 0; index < how.clients; ++index)
        clients_.push_back(std::make_unique<client>(*this, index));
    for (int index = 0; index < how.listeners; ++index)
        listeners_.push_back(std::make_unique<listener>(how.address));
    thread_ = std::thread([this] { run(); });
}

witness::~witness()
{
    cutting_ = true;
    if (thread_.joinable())
        thread_.join();
}

void witness::rest()
{
    resting_ = true;
    while (under_way() > 0)   // not for ever: their patience ends
        std::this_thread::sleep_for(milliseconds(look_every_ms));
}

void witness::run()
{
    while (!cutting_) {
        std::vector<pollfd> wanted;
        {
            std::lock_guard lock(mutex_);
            for (const auto& each : clients_)
                wanted.push_back({each->descriptor(), POLLIN, 0});
            for (const auto& each : listeners_)
                wanted.push_back({each->descriptor(), POLLIN, 0});
        }
        ::poll(wanted.data(), wanted.size(), look_every_ms);
        turn();
    }
}

void witness::turn()
{
    std::lock_guard lock(mutex_);
    const auto now = steady_clock::now();
    for (auto& each : clients_)
        each->attend(now);
    for (auto& each : listeners_)
        each->attend(now);
}

int witness::under_way() const
{
    std::lock_guard lock(mutex_);
    return static_cast<int>(std::ranges::count_if(clients_, [](const auto& each) { return each->busy(); }));
}

tally witness::counts() const
{
    std::lock_guard lock(mutex_);
    return counts_;
}

findings witness::wrong() const
{
    std::lock_guard lock(mutex_);
    return wrong_;
}

void witness::forget()
{
    std::lock_guard lock(mutex_);
    ++epoch_;
}

std::optional<witness::time_point> witness::undisturbed_since(int times) const
{
    std::lock_guard lock(mutex_);
    time_point latest{};
    for (const auto& each : clients_) {
        if (each->streak_ < times)
            return std::nullopt;
        latest = std::max(latest, each->since_);
    }
    return latest;
}

void witness::look_anew()
{
    std::lock_guard lock(mutex_);
    for (auto& each : clients_)
        each->look_anew();
}

bool witness::heard(const std::string& message) const
{
    std::lock_guard lock(mutex_);
    return std::all_of(listeners_.begin(), listeners_.end(), [&](const auto& each) { return each->last() == message; });
}

findings witness::judge(const std::function<std::optional<std::string>(const std::string& key)>& read) const
{
    std::lock_guard lock(mutex_);
    findings found = wrong_;
    for (const auto& each : clients_)
        each->judge(read, found);
    return found;
}

}   // namespace rediserve::test
