#include "config/access_jwt.hpp"

#include "config/document.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

namespace rediserve::config {

namespace {

using namespace std::chrono_literals;
using access::jwt_algorithm;

struct named_algorithm
{
    std::string_view name;
    jwt_algorithm is;
};

constexpr std::array<named_algorithm, 4> algorithms{{
    {"HS256", jwt_algorithm::hs256},
    {"RS256", jwt_algorithm::rs256},
    {"ES256", jwt_algorithm::es256},
    {"EdDSA", jwt_algorithm::eddsa},
}};

std::vector<jwt_algorithm> read_algorithms(members& from)
{
    std::vector<jwt_algorithm> made;
    for (const std::string& name : from.texts("algorithms")) {
        const auto found = std::ranges::find(algorithms, name, &named_algorithm::name);
        if (found != algorithms.end())
            made.push_back(found->is);
        else
            from.complain("algorithms", "has " + quote(name) + ", and may have HS256, RS256, ES256 and EdDSA");
    }
    return made;
}

// As the file says it, seen from the folder of the file.
std::string path_beside(const std::string& file, const std::string& path)
{
    return (std::filesystem::path(file).parent_path() / path).string();
}

// Of the member or of the file that another one names, without the newline at its end.
std::string read_secret(members& from)
{
    const auto direct = from.text("secret");
    const auto path = from.text("secret_file");
    if (direct && path)
        from.complain("has secret and secret_file; one of them is enough");
    if (direct || !path)
        return direct.value_or("");
    auto read = read_file(path_beside(from.to().file, *path), "the secret of " + from.path(), from.to().found);
    if (!read)
        return {};
    std::string text = std::move(*read);
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    if (text.empty())
        from.complain("secret_file", "names a file with nothing in it");
    return text;
}

}   // namespace

std::optional<access::jwt_verifier> read_issuer(members& from)
{
    const auto before = from.to().found.size();
    access::jwt_params made;
    made.issuer = from.text("issuer").value_or("");
    made.audience = from.text("audience").value_or("");
    if (const auto path = from.text("keys_file"))
        made.keys_file = path_beside(from.to().file, *path);
    made.secret = read_secret(from);
    made.algorithms = read_algorithms(from);
    if (const auto leeway = from.duration("leeway", 10min))
        made.leeway = std::chrono::duration_cast<std::chrono::seconds>(*leeway);
    if (from.to().found.size() != before)
        return std::nullopt;
    // Who else has tokens signed by these keys would come in with them.
    if (!made.keys_file.empty() && made.issuer.empty() && made.audience.empty())
        from.complain("needs issuer or audience, or both: its keys may sign tokens for others too");
    auto verifier = access::jwt_verifier::make(made);
    if (verifier)
        return std::move(*verifier);
    from.complain(verifier.error().detail);
    return std::nullopt;
}

}   // namespace rediserve::config
