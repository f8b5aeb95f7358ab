#include "cluster/scan_cursor.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <iterator>
#include <string>
#include <string_view>

namespace rediserve::cluster {

namespace {

constexpr unsigned fingerprint_bits = 20;
constexpr unsigned position_bits = 64 - fingerprint_bits;   // of visit and cursor together

constexpr std::uint64_t low_bits(unsigned count) noexcept
{
    return (std::uint64_t{1} << count) - 1;
}

// FNV-1a over what makes a difference.
class fingerprint
{
public:
    void add(std::string_view bytes) noexcept
    {
        for (const char c : bytes)
            add(static_cast<unsigned char>(c));
        add('\0');
    }
    void add_number(std::size_t number) noexcept
    {
        add(static_cast<unsigned char>(number >> 8));
        add(static_cast<unsigned char>(number));
    }
    // All bits folded into those that there are; not 0, which no cursor may be.
    std::uint64_t folded() const noexcept
    {
        std::uint64_t sum = 0;
        for (std::uint64_t rest = sum_; rest != 0; rest >>= fingerprint_bits)
            sum ^= rest & low_bits(fingerprint_bits);
        return std::max<std::uint64_t>(sum, 1);
    }

private:
    void add(unsigned char byte) noexcept { sum_ = (sum_ ^ byte) * 0x100000001B3u; }

    std::uint64_t sum_ = 0xCBF29CE484222325u;
};

std::vector<migration> each_once(std::span<const migration> open)
{
    std::vector<migration> all(open.begin(), open.end());
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

std::uint64_t fingerprint_of(const slot_map& over, std::span<const migration> open, std::uint64_t epoch)
{
    fingerprint made;
    const node* before = nullptr;
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        const node* const owner = over.primary_of(static_cast<std::uint16_t>(slot));
        if (owner == before)
            continue;
        made.add_number(slot);
        made.add(owner ? std::string_view(owner->id) : std::string_view());
        before = owner;
    }
    for (const migration& one : open) {
        made.add_number(one.slot);
        made.add(one.from);
        made.add(one.to);
    }
    for (; epoch != 0; epoch >>= 16)
        made.add_number(epoch & low_bits(16));
    return made.folded();
}

std::vector<std::size_t> primaries_of(const slot_map& over)
{
    std::vector<std::size_t> all;
    for (const shard& one : over.shards())
        all.push_back(one.primary);
    std::ranges::sort(all, {}, [&](std::size_t index) -> const std::string& { return over.nodes()[index].id; });
    return all;
}

// Nodes that keys may come to after they were visited, from one that is visited later.
std::vector<std::size_t> again(
    const slot_map& over, const std::vector<std::size_t>& once, std::span<const migration> open
)
{
    std::vector<std::size_t> all;
    std::ranges::copy_if(once, std::back_inserter(all), [&](std::size_t index) {
        const std::string& id = over.nodes()[index].id;
        return std::ranges::any_of(open, [&](const migration& one) { return one.to == id && one.from > id; });
    });
    return all;
}

}   // namespace

std::optional<std::uint64_t> read_cursor(std::string_view digits) noexcept
{
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value);
    return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

scan_plan::scan_plan(const slot_map& over, std::span<const migration> open, std::uint64_t epoch)
    : visits_(primaries_of(over))
{
    const std::vector<migration> moving = each_once(open);
    const auto more = again(over, visits_, moving);
    visits_.insert(visits_.end(), more.begin(), more.end());
    const std::size_t last = visits_.empty() ? 0 : visits_.size() - 1;
    cursor_bits_ = position_bits - static_cast<unsigned>(std::bit_width(last));
    fingerprint_ = fingerprint_of(over, moving, epoch);
}

result<scan_position> scan_plan::read(std::uint64_t cursor) const
{
    if (cursor == 0 || cursor >> position_bits != fingerprint_)
        return scan_position{};
    const auto visit = static_cast<std::size_t>((cursor & low_bits(position_bits)) >> cursor_bits_);
    if (visit >= visits_.size())
        return error(errc::bad_request, "the cursor is none that a scan has given", executed::no);
    return scan_position{visit, cursor & low_bits(cursor_bits_)};
}

result<std::uint64_t> scan_plan::after(const scan_position& at, std::uint64_t next) const
{
    if (next != 0)
        return write({at.visit, next});
    return at.visit + 1 < visits_.size() ? write({at.visit + 1, 0}) : result<std::uint64_t>(0);
}

std::uint64_t scan_plan::beginning() const noexcept
{
    return fingerprint_ << position_bits;
}

result<std::uint64_t> scan_plan::write(const scan_position& at) const
{
    if (at.cursor > low_bits(cursor_bits_))
        return error(
            errc::backend_protocol,
            "a node's cursor is too large for a scan over the cluster: " + std::to_string(at.cursor)
        );
    return fingerprint_ << position_bits | std::uint64_t{at.visit} << cursor_bits_ | at.cursor;
}

}   // namespace rediserve::cluster
