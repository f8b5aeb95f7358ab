// Commands as a client sent them, not yet in Redis' wire form.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace rediserve::api::upstash {

// The words of each command are views: into the request they were read from, or into bytes that the list keeps. They are
// good as long as the request lives and the list is not cleared; moving the list leaves them good.
//
// A list is made to be used again: in the steady state reading a request into one allocates nothing.
class command_list
{
public:
    std::size_t size() const noexcept { return commands_.size(); }
    bool empty() const noexcept { return commands_.empty(); }

    // Name and arguments. Of a refused command there may be some words, or none. Good until the next word() or replace().
    std::span<std::string_view> words(std::size_t index) noexcept;
    std::span<const std::string_view> words(std::size_t index) const noexcept;
    // Puts other words in the place of a command's, as many as wanted. `by` may be a part of the command's own words.
    void replace(std::size_t index, std::span<const std::string_view> by);

    // Why a command is not to be run, in the words for the client; empty when it is.
    std::string_view refused(std::size_t index) const noexcept { return commands_[index].refusal; }
    // The first reason stays.
    void refuse(std::size_t index, std::string_view why);

    // Building: begin_command(), a word() for each word, end_command(). The open command counts for size().
    void begin_command();
    void word(std::string_view bytes) { words_.push_back(bytes); }
    void end_command() noexcept;

    // A copy of `bytes` that lives as long as the words.
    std::string_view keep(std::string_view bytes);
    // Room for `n` bytes to be kept; keep_prepared() says how many of them were written.
    char* prepare(std::size_t n);
    std::string_view keep_prepared(std::size_t n) noexcept;

    // Forgets everything, but keeps memory for the next request, up to 64 KiB for each purpose.
    void clear() noexcept;

private:
    struct command
    {
        std::size_t first;   // of its words
        std::size_t count;
        std::string_view refusal;
    };
    struct block
    {
        std::unique_ptr<char[]> bytes;
        std::size_t size;
    };

    std::vector<std::string_view> words_;
    std::vector<command> commands_;
    std::vector<block> blocks_;   // the last one is being filled
    std::size_t filled_ = 0;
};

}   // namespace rediserve::api::upstash
