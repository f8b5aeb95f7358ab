#include "api/upstash/packed_commands.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace rediserve::api::upstash {
namespace {

using namespace std::string_literals;
using nlohmann::json;
using namespace nlohmann::literals;

constexpr std::size_t most_commands = 3;

std::string packed(const json& document, notation in)
{
    std::string bytes;
    if (in == notation::cbor)
        json::to_cbor(document, bytes);
    else
        json::to_msgpack(document, bytes);
    return bytes;
}

// "words of one|words of the other", a refusal as "!why"; or why the whole is refused, after "!!".
std::string read(const std::string& body, notation in, form shape)
{
    command_list list;
    if (const auto why = read_packed_commands(body, in, shape, most_commands, list))
        return "!!" + std::string(*why);
    std::string all;
    for (std::size_t i = 0; i < list.size(); ++i) {
        all += i > 0 ? "|" : "";
        if (!list.refused(i).empty())
            all += "!" + std::string(list.refused(i));
        else
            for (const std::string_view word : list.words(i))
                all.append(word.data() == list.words(i)[0].data() ? "" : " ").append(word);
    }
    return all;
}

class PackedCommands : public testing::TestWithParam<notation>
{
protected:
    static std::string single(const json& document)
    {
        return read(packed(document, GetParam()), GetParam(), form::single);
    }
    static std::string many(const json& document) { return read(packed(document, GetParam()), GetParam(), form::many); }
};

TEST_P(PackedCommands, ReadsWords)
{
    EXPECT_EQ(single({"SET", "k", json::binary({'a', 0, 0xFF})}), "SET k a\0\xFF"s);
    EXPECT_EQ(
        single({"X", 0, 127, 128, 65536, -1, -32, -33, -129, -40000}), "X 0 127 128 65536 -1 -32 -33 -129 -40000"
    );
    EXPECT_EQ(
        single({"X", 18446744073709551615U, std::numeric_limits<std::int64_t>::min()}),
        "X 18446744073709551615 -9223372036854775808"
    );
    EXPECT_EQ(single({"X", 1.5, 0.1, -2.25, 1e300, true, false}), "X 1.5 0.1 -2.25 1e+300 true false");
    EXPECT_EQ(single({"X", std::string(70000, 'y')}), "X " + std::string(70000, 'y'));
    EXPECT_EQ(many(R"([["GET","a"],["GET","b"]])"_json), "GET a|GET b");
}

TEST_P(PackedCommands, RefusesWhatCannotBeSent)
{
    const auto unsupported = "ERR unsupported arg type: strings, bytes, numbers and booleans are known"s;
    EXPECT_EQ(single(R"(["X",null])"_json), "!!ERR null args are not supported");
    EXPECT_EQ(single(R"(["X",[1,[2]]])"_json), "!!" + unsupported);
    EXPECT_EQ(many(R"([["GET","a"],["X",{"m":[1,2]}],["GET","b"]])"_json), "GET a|!" + unsupported + "|GET b");
    EXPECT_EQ(many(R"([["GET","a"],[]])"_json), "GET a|!ERR empty pipeline command");
    EXPECT_EQ(single(json::array()), "!!ERR empty command");
    EXPECT_EQ(many(json::array()), "!!ERR empty pipeline request");
    EXPECT_EQ(many(R"([["A"],["A"],["A"],["A"]])"_json), "!!ERR max pipeline size exceeded. Limit: 3 commands");
    EXPECT_EQ(many(R"([["A"],"A"])"_json), "!!ERR failed to parse pipeline request: every command must be an array");
    EXPECT_EQ(single("PING"), "!!ERR expected an array");
    EXPECT_EQ(single(R"({"a":1})"_json), "!!ERR expected an array");
}

TEST_P(PackedCommands, RefusesWhatIsCutOff)
{
    const json whole = {"SET", "key", 70000, 1.5, true, json::binary({1, 2, 3}), std::string(300, 'x'), {1, 2}};
    const std::string bytes = packed(whole, GetParam());
    EXPECT_EQ(read("", GetParam(), form::single), "!!EOF");
    for (std::size_t size = 1; size < bytes.size(); ++size)
        EXPECT_EQ(read(bytes.substr(0, size), GetParam(), form::single), "!!ERR failed to parse command") << size;
    EXPECT_EQ(read(packed({"PING"}, GetParam()) + "x", GetParam(), form::single), "!!ERR failed to parse command");
}

INSTANTIATE_TEST_SUITE_P(Both, PackedCommands, testing::Values(notation::msgpack, notation::cbor));

TEST(PackedScan, BelievesNoSize)
{
    const auto fails = [](const std::string& body, notation in) {
        return read(body, in, form::single) == "!!ERR failed to parse command";
    };
    EXPECT_TRUE(fails("\xDD\xFF\xFF\xFF\xFF", notation::msgpack));
    EXPECT_TRUE(fails("\x91\xDF\xFF\xFF\xFF\xFF", notation::msgpack));
    EXPECT_TRUE(fails("\x91\xDB\xFF\xFF\xFF\xFFx", notation::msgpack));
    EXPECT_TRUE(fails("\x91\xC9\xFF\xFF\xFF\xFFx", notation::msgpack));
    EXPECT_TRUE(fails("\x9B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", notation::cbor));
    EXPECT_TRUE(fails("\x81\x7B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFx", notation::cbor));
    EXPECT_TRUE(fails("\x81\xBB\x80\0\0\0\0\0\0\0x"s, notation::cbor));
    EXPECT_TRUE(fails("\x9F\x64PING\xFF", notation::cbor)) << "without a size";
    EXPECT_TRUE(fails("\x81\x7F\x64PING\xFF", notation::cbor));
}

TEST(PackedScan, GoesDownWithoutEnd)
{
    std::string deep = "\x92\xA1X";
    deep += std::string(1 << 20, '\x91');
    EXPECT_EQ(read(deep, notation::msgpack, form::single), "!!ERR failed to parse command");
    EXPECT_EQ(
        read(deep + "\x01", notation::msgpack, form::single),
        "!!ERR unsupported arg type: strings, bytes, numbers and booleans are known"
    );
    EXPECT_EQ(
        read("\x81" + std::string(1 << 20, '\xC1'), notation::cbor, form::single), "!!ERR failed to parse command"
    );
}

TEST(PackedScan, KnowsWhatEncodersMakeOfBytes)
{
    EXPECT_EQ(read("\x82\x61X\xD8\x40\x42\xFF\xFE", notation::cbor, form::single), "X \xFF\xFE");
    EXPECT_EQ(read("\x83\x61X\xF9\x3C\x00\xF9\xC1\x00"s, notation::cbor, form::single), "X 1 -2.5");
    EXPECT_EQ(read("\x83\x61X\xFA\x3D\xCC\xCC\xCD\xF9\x7C\x00"s, notation::cbor, form::single), "X 0.1 inf");
    EXPECT_TRUE(read("\x82\x61X\xC2\x41\x01", notation::cbor, form::single).starts_with("!!ERR unsupported"));
    EXPECT_TRUE(read("\x92\xA1X\xD4\x01\x02", notation::msgpack, form::single).starts_with("!!ERR unsupported"));
}

TEST(PackedNotation, IsThatOfTheContentType)
{
    EXPECT_EQ(packed_notation("application/CBOR"), notation::cbor);
    EXPECT_EQ(packed_notation("application/x-msgpack; v=1"), notation::msgpack);
    EXPECT_EQ(packed_notation("application/json"), std::nullopt);
    EXPECT_EQ(packed_notation(""), std::nullopt);
}

}   // namespace
}   // namespace rediserve::api::upstash
