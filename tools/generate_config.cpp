// generate_config ROOT: writes what is made from the table of options (src/config/options.cpp) into a source tree:
// config/rediserve.json, config/rediserve.schema.json, the tables of docs/configuration.md, the lists of packaging/rediserve.8 and
// packaging/completions/.
#include "rediserve/config/load.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

using namespace rediserve;

namespace {

std::string read(const std::filesystem::path& path)
{
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

bool write(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
    if (read(path) == text)
        return true;
    std::cerr << "cannot write " << path.string() << '\n';
    return false;
}

// The first and the last line of the generated part are its marks.
bool replace_part(const std::filesystem::path& path, const std::string& reference)
{
    const auto first_line = reference.substr(0, reference.find('\n') + 1);
    const auto last_line = reference.substr(reference.rfind('\n', reference.size() - 2) + 1);
    auto text = read(path);
    const auto start = text.find(first_line);
    const auto end = text.find(last_line, start);
    if (start == std::string::npos || end == std::string::npos) {
        std::cerr << path.string() << " lacks the lines " << first_line << "and " << last_line;
        return false;
    }
    return write(path, text.replace(start, end + last_line.size() - start, reference));
}

}   // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: generate_config ROOT\n";
        return 2;
    }
    const std::filesystem::path root(argv[1]);
    const bool written = write(root / "config/rediserve.json", config::example_file())
        && write(root / "config/rediserve.schema.json", config::schema_json())
        && replace_part(root / "docs/configuration.md", config::reference_markdown())
        && replace_part(root / "packaging/rediserve.8", config::manual_options())
        && write(root / "packaging/completions/rediserve.bash", config::bash_completion())
        && write(root / "packaging/completions/_rediserve", config::zsh_completion())
        && write(root / "packaging/completions/rediserve.fish", config::fish_completion());
    return written ? 0 : 1;
}
