// Requests that no proper client sends: each gets one refusal and a close, and never a second answer.
#include "e2e/rest_test.hpp"

#include <regex>

namespace rediserve::test {
namespace {

struct hostile
{
    std::string name;
    std::string bytes;
    std::vector<int> statuses;   // any of these; 0: closed without an answer
};

void PrintTo(const hostile& request, std::ostream* to)
{
    *to << request.name;
}

// What would be answered with 200 if the request before it ended earlier than we think.
const std::string smuggled = "GET /keys/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

std::string raw_put(const std::string& headers, const std::string& body = {})
{
    return "PUT /keys/k HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n" + body;
}

std::string raw_get(const std::string& line, const std::string& headers = "Host: x\r\n")
{
    return line + "\r\n" + headers + "\r\n";
}

const std::vector<hostile> bodies = {
    {"LengthAndChunked", raw_put("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled), {400}},
    {"ChunkedAndLength",
     raw_put("Transfer-Encoding: chunked\r\nContent-Length: 100\r\n", "0\r\n\r\n" + smuggled),
     {400}},
    {"TwoDifferentLengths", raw_put("Content-Length: 5\r\nContent-Length: 6\r\n", "hello" + smuggled), {400}},
    {"TwoEqualLengths", raw_put("Content-Length: 5\r\nContent-Length: 5\r\n", "hello" + smuggled), {400}},
    {"LengthList", raw_put("Content-Length: 5, 5\r\n", "hello" + smuggled), {400}},
    {"LengthWithPlus", raw_put("Content-Length: +5\r\n", "hello" + smuggled), {400}},
    {"LengthWithMinus", raw_put("Content-Length: -5\r\n", "hello" + smuggled), {400}},
    {"LengthWithSpaceInside", raw_put("Content-Length: 5 5\r\n", "hello" + smuggled), {400}},
    {"LengthEmpty", raw_put("Content-Length:\r\n", "hello" + smuggled), {400}},
    {"LengthHexadecimal", raw_put("Content-Length: 0x5\r\n", "hello" + smuggled), {400}},
    {"LengthBeyondSixtyFourBits", raw_put("Content-Length: 18446744073709551621\r\n", "hello" + smuggled), {400, 413}},
    {"LengthOfManyDigits",
     raw_put("Content-Length: " + std::string(400, '9') + "\r\n", "hello" + smuggled),
     {400, 413}},
    {"UnknownCoding", raw_put("Transfer-Encoding: gzip\r\n", smuggled), {400, 501}},
    {"CodingBeforeChunked", raw_put("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" + smuggled), {400, 501}},
    {"CodingAfterChunked", raw_put("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n" + smuggled), {400, 501}},
    {"ChunkedTwice",
     raw_put("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled),
     {400, 501}},
    {"ChunkedMisspelt", raw_put("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + smuggled), {400, 501}},
    {"ChunkedAfterVerticalTab", raw_put("Transfer-Encoding:\013chunked\r\n", "0\r\n\r\n" + smuggled), {400, 501}},
    {"ChunkedInHttp10", "PUT /keys/k HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, {400, 501}},
    {"ChunkSizeGarbage", raw_put("Transfer-Encoding: chunked\r\n", "zz\r\nhello\r\n0\r\n\r\n" + smuggled), {400}},
    {"ChunkSizeEmpty", raw_put("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n" + smuggled), {400}},
    {"ChunkSizeNegative", raw_put("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n" + smuggled), {400}},
    {"ChunkSizeWithPrefix", raw_put("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n" + smuggled), {400}},
    {"ChunkSizeOverflow",
     raw_put("Transfer-Encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n" + smuggled),
     {400, 413}},
    {"ChunkSizeEnormous",
     raw_put("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\nhello\r\n0\r\n\r\n" + smuggled),
     {400, 413}},
    {"ChunkWithoutItsEnd", raw_put("Transfer-Encoding: chunked\r\n", "5\r\nhelloXX0\r\n\r\n" + smuggled), {400}},
    {"ChunkLineEndsWithLf", raw_put("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n" + smuggled), {400}},
    {"ChunkDataEndsWithLf", raw_put("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n" + smuggled), {400}},
    {"EndlessChunkExtension",
     raw_put("Transfer-Encoding: chunked\r\n", "5;" + std::string(200'000, 'a')),
     {400, 413, 431}},
    {"EndlessTrailer",
     raw_put("Transfer-Encoding: chunked\r\n", "0\r\nA: " + std::string(200'000, 'a')),
     {400, 413, 431}},
};

const std::vector<hostile> heads = {
    {"LinesEndWithLf", "GET /keys/k HTTP/1.1\nHost: x\n\n" + smuggled, {400}},
    {"OneLineEndsWithLf", "GET /keys/k HTTP/1.1\r\nHost: x\nA: b\r\n\r\n" + smuggled, {400}},
    {"BlankLineEndsWithLf", "GET /keys/k HTTP/1.1\r\nHost: x\r\n\n" + smuggled, {400}},
    {"BareCrInValue", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\nA: b\rC: d\r\n") + smuggled, {400}},
    {"BareCrInsteadOfLineEnd", "GET /keys/k HTTP/1.1\rHost: x\r\r" + smuggled, {400, 505}},
    {"FoldedHeader", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\nA: b\r\n c\r\n") + smuggled, {400}},
    {"FoldedFirstHeader", raw_get("GET /keys/k HTTP/1.1", " A: b\r\nHost: x\r\n") + smuggled, {400}},
    {"FoldedTransferEncoding", raw_put("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + smuggled), {400}},
    {"NulInValue", raw_get("GET /keys/k HTTP/1.1", std::string("Host: x\r\nA: b\0c\r\n", 17)) + smuggled, {400}},
    {"NulInName", raw_get("GET /keys/k HTTP/1.1", std::string("Host: x\r\nA\0: b\r\n", 16)) + smuggled, {400}},
    {"NulInTarget", raw_get(std::string("GET /keys/k\0x HTTP/1.1", 22)) + smuggled, {400}},
    {"ControlInTarget", raw_get("GET /keys/k\x01 HTTP/1.1") + smuggled, {400}},
    {"ControlInValue", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\nA: b\x01\r\n") + smuggled, {400}},
    {"SpaceInTarget", raw_get("GET /keys/a b HTTP/1.1") + smuggled, {400}},
    {"TabInRequestLine", raw_get("GET\t/keys/k\tHTTP/1.1") + smuggled, {400}},
    {"SpaceBeforeColon", raw_put("Content-Length : 5\r\n", "hello" + smuggled), {400}},
    {"HeaderWithoutColon", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\nnonsense\r\n") + smuggled, {400}},
    {"HeaderWithoutName", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\n: b\r\n") + smuggled, {400}},
    {"SpaceInName", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\nA B: c\r\n") + smuggled, {400}},
    {"NoHost", raw_get("GET /keys/k HTTP/1.1", "") + smuggled, {400}},
    {"TwoHosts", raw_get("GET /keys/k HTTP/1.1", "Host: x\r\nHost: x\r\n") + smuggled, {400}},
    {"TargetWithoutSlash", raw_get("GET keys/k HTTP/1.1") + smuggled, {400}},
    {"TargetWithFragment", raw_get("GET /keys/k#x HTTP/1.1") + smuggled, {400}},
    {"NoTarget", raw_get("GET HTTP/1.1") + smuggled, {400}},
    {"NoMethod", raw_get("/keys/k HTTP/1.1") + smuggled, {400}},
    {"MethodWithControl", raw_get("G\x01T /keys/k HTTP/1.1") + smuggled, {400}},
    {"Http09", "GET /keys/k\r\n\r\n", {0, 400}},
    {"Http12", raw_get("GET /keys/k HTTP/1.2") + smuggled, {400, 505}},
    {"Http20", raw_get("GET /keys/k HTTP/2.0") + smuggled, {400, 505}},
    {"Http3", raw_get("GET /keys/k HTTP/3") + smuggled, {400, 505}},
    {"Http11WithoutItsDot", raw_get("GET /keys/k HTTP/11") + smuggled, {400, 505}},
    {"LowerCaseVersion", raw_get("GET /keys/k http/1.1") + smuggled, {400, 505}},
    {"AnotherProtocol", raw_get("GET /keys/k ICY/1.1") + smuggled, {400, 505}},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {0, 400, 505}},
    {"TlsHandshake", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), {0, 400}},
    {"RespCommand", "*1\r\n$4\r\nPING\r\n\r\n", {0, 400}},
    {"UnknownExpectation", raw_put("Content-Length: 5\r\nExpect: 200-ok\r\n", "hello" + smuggled), {400, 417}},
};

class HttpMalformed : public rest_test, public testing::WithParamInterface<hostile>
{
protected:
    // The statuses of all answers in what a server sent.
    static std::vector<int> statuses(const std::string& sent)
    {
        std::vector<int> found;
        static const std::regex status_line(R"(HTTP/1\.[01] (\d{3}) )");
        for (std::sregex_iterator line(sent.begin(), sent.end(), status_line), end; line != end; ++line)
            found.push_back(std::stoi((*line)[1]));
        return found;
    }
};

TEST_P(HttpMalformed, GetsOneRefusalAndAClose)
{
    const auto& [name, bytes, allowed] = GetParam();
    redis().cli({"set", "smuggled", "HTTP/1.1 200 secret"});
    redis().cli({"set", "k", "before"});
    auto connection = rest().connect();
    connection.send(bytes);
    auto sent = connection.read_to_end();
    auto found = statuses(sent);
    ASSERT_LE(found.size(), 1U) << "a second answer";
    int status = found.empty() ? 0 : found.front();
    EXPECT_TRUE(status < 500 || sent.find(R"("executed":"no")") != std::string::npos) << sent;
    EXPECT_THAT(allowed, testing::Contains(status));
    EXPECT_EQ(redis().cli({"get", "k"}), "before");
    EXPECT_THAT(rest_test::get("/livez"), HasStatus(200));
}

constexpr auto name_of = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Body, HttpMalformed, testing::ValuesIn(bodies), name_of);
INSTANTIATE_TEST_SUITE_P(Head, HttpMalformed, testing::ValuesIn(heads), name_of);

class HttpTargets : public rest_test
{
protected:
    static http_response send(const std::string& bytes)
    {
        auto connection = rest().connect();
        connection.send(bytes);
        return connection.read();
    }
};

TEST_F(HttpTargets, MayBeWholeUrls)
{
    redis().cli({"set", "k", "v"});
    EXPECT_THAT(send(raw_get("GET http://localhost/keys/k HTTP/1.1")), Answers(200, R"({"key":"k","value":"v"})"));
    EXPECT_THAT(send(raw_get("GET HTTP://localhost:3000/keys/k?raw HTTP/1.1")), Answers(200, "v"));
}

TEST_F(HttpTargets, MayBeAStarForOptionsOnly)
{
    auto answer = send(raw_get("OPTIONS * HTTP/1.1"));
    EXPECT_TRUE(answer.status == 204 || answer.status == 200) << answer.status;
    EXPECT_THAT(send(raw_get("GET * HTTP/1.1")), HasStatus(400));
}

TEST_F(HttpTargets, MakeNoTunnels)
{
    auto status = send(raw_get("CONNECT localhost:6379 HTTP/1.1")).status;
    EXPECT_TRUE(status == 400 || status == 405 || status == 501) << status;
}

TEST_F(HttpTargets, MayHoldBytesBeyondAscii)
{
    redis().cli({"set", "é", "v"});
    auto status = send(raw_get("GET /keys/é?raw HTTP/1.1")).status;
    EXPECT_TRUE(status == 200 || status == 400) << status;
}

}   // namespace
}   // namespace rediserve::test
