#include "e2e/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <system_error>

namespace rediserve::test {

namespace {

int connect_to(const std::string& address)
{
    const auto colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoul(address.substr(colon + 1))));
    ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval deadline{30, 0};
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    if (::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::system_error(errno, std::system_category(), "connect");
    return made;
}

std::string lower(std::string text)
{
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

http_response parse_head(const std::string& head)
{
    http_response read;
    read.status = std::stoi(head.substr(9, 3));
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
        const auto end = head.find("\r\n", at);
        const auto colon = head.find(": ", at);
        if (colon < end)
            read.headers.emplace(lower(head.substr(at, colon - at)), head.substr(colon + 2, end - colon - 2));
        at = end == std::string::npos ? head.size() : end + 2;
    }
    return read;
}

}   // namespace

authority::authority()
{
    run(
        {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
         path("authority.key"), "-out", file(), "-days", "2", "-subj", "/CN=authority"}
    );
}

void authority::issue(const std::string& name, const std::string& names, const std::string& key) const
{
    std::vector<std::string> request{"req",
                                     "-new",
                                     "-nodes",
                                     "-keyout",
                                     path(name + ".key"),
                                     "-out",
                                     path(name + ".csr"),
                                     "-subj",
                                     "/O=Example/CN=" + name};
    const std::vector<std::string> kind = key == "ec"
        ? std::vector<std::string>{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"}
        : std::vector<std::string>{"-newkey", "rsa:2048"};
    request.insert(request.end(), kind.begin(), kind.end());
    run(request);
    std::ofstream(path(name + ".ext")) << "subjectAltName=" << names << "\n";
    run(
        {"x509", "-req", "-in", path(name + ".csr"), "-CA", file(), "-CAkey", path("authority.key"), "-CAcreateserial",
         "-out", path(name + ".pem"), "-days", "2", "-extfile", path(name + ".ext")}
    );
}

void authority::run(const std::vector<std::string>& arguments) const
{
    process::options how;
    how.command = {"openssl"};
    how.command.insert(how.command.end(), arguments.begin(), arguments.end());
    process made(how);
    if (made.wait() != 0)
        throw std::runtime_error("openssl: " + made.output());
}

tls_client::tls_client(const std::string& address, const options& how)
    : context_(SSL_CTX_new(TLS_client_method())), socket_(connect_to(address))
{
    ERR_clear_error();
    if (!how.before.empty())
        ::send(socket_, how.before.data(), how.before.size(), MSG_NOSIGNAL);
    SSL_CTX_set_security_level(context_, 0);   // so that old versions can be tried at all
    if (how.version != 0) {
        SSL_CTX_set_min_proto_version(context_, how.version);
        SSL_CTX_set_max_proto_version(context_, how.version);
    }
    if (!how.authority.empty()) {
        SSL_CTX_load_verify_file(context_, how.authority.c_str());
        SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    }
    if (!how.identity.empty()) {
        SSL_CTX_use_certificate_chain_file(context_, (how.identity + ".pem").c_str());
        SSL_CTX_use_PrivateKey_file(context_, (how.identity + ".key").c_str(), SSL_FILETYPE_PEM);
    }
    if (!how.alpn.empty())
        SSL_CTX_set_alpn_protos(
            context_, reinterpret_cast<const unsigned char*>(how.alpn.data()), static_cast<unsigned>(how.alpn.size())
        );
    tls_ = SSL_new(context_);
    if (!how.name.empty()) {
        SSL_set_tlsext_host_name(tls_, how.name.c_str());
        SSL_set1_host(tls_, how.name.c_str());
    }
    if (how.resume)
        SSL_set_session(tls_, how.resume);
    SSL_set_fd(tls_, socket_);
    if (SSL_connect(tls_) != 1) {
        std::string why = "handshake";
        if (const char* const reason = ERR_reason_error_string(ERR_peek_last_error()))
            why.append(": ").append(reason);
        SSL_free(tls_);
        SSL_CTX_free(context_);
        ::close(socket_);
        throw std::runtime_error(why);
    }
}

tls_client::~tls_client()
{
    SSL_SESSION_free(session_);
    SSL_free(tls_);
    SSL_CTX_free(context_);
    ::close(socket_);
}

void tls_client::fail(const char* what) const
{
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    throw std::runtime_error(
        std::string(what) + ": " + (reason ? reason : "the end") + "; so far: " + input_.substr(0, 200)
    );
}

void tls_client::send(std::string_view bytes)
{
    ERR_clear_error();
    std::size_t taken = 0;
    if (SSL_write_ex(tls_, bytes.data(), bytes.size(), &taken) != 1 || taken != bytes.size())
        fail("send");
}

std::string tls_client::read_some()
{
    ERR_clear_error();
    std::string some(64 * 1024, '\0');
    std::size_t got = 0;
    const int done = SSL_read_ex(tls_, some.data(), some.size(), &got);
    proper_ = done != 1 && SSL_get_error(tls_, done) == SSL_ERROR_ZERO_RETURN;
    some.resize(got);
    return some;
}

void tls_client::read_until(std::size_t size)
{
    while (input_.size() < size) {
        const std::string some = read_some();
        if (some.empty())
            fail("read");
        input_ += some;
    }
}

http_response tls_client::read()
{
    while (input_.find("\r\n\r\n") == std::string::npos)
        read_until(input_.size() + 1);
    const auto head = input_.find("\r\n\r\n") + 4;
    http_response answer = parse_head(input_.substr(0, head));
    const std::string length = answer.header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    read_until(head + size);
    answer.body = input_.substr(head, size);
    input_.erase(0, head + size);
    return answer;
}

http_response tls_client::request(std::string_view method, std::string_view target, std::string_view body)
{
    std::string head = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n";
    if (!body.empty())
        head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send(head + "\r\n");
    if (!body.empty())
        send(body);
    return read();
}

void tls_client::close_notify()
{
    SSL_shutdown(tls_);
}

void tls_client::shut_write()
{
    ::shutdown(socket_, SHUT_WR);
}

bool tls_client::resumed() const
{
    return SSL_session_reused(tls_) == 1;
}

std::string tls_client::subject() const
{
    X509* const certificate = SSL_get0_peer_certificate(tls_);
    char name[256] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    return name;
}

std::string tls_client::protocol() const
{
    return SSL_get_version(tls_);
}

std::string tls_client::alpn() const
{
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(tls_, &chosen, &size);
    return chosen ? std::string(reinterpret_cast<const char*>(chosen), size) : std::string();
}

ssl_session_st* tls_client::session()
{
    SSL_SESSION_free(session_);
    return session_ = SSL_get1_session(tls_);
}

std::string refusal(const std::string& address, const tls_client::options& how)
{
    try {
        tls_client client(address, how);
        return "answered " + std::to_string(client.request("GET", "/livez").status);
    } catch (const std::runtime_error& why) {
        return why.what();
    }
}

}   // namespace rediserve::test
