#include "rediserve/base/task.hpp"

#include <array>
#include <new>

namespace rediserve {

namespace {

// Freed frames of one thread by size, so that the steady state allocates nothing. Bounded: what does not fit goes back
// to the heap.
class frame_cache
{
public:
    ~frame_cache()
    {
        for (auto& same_size : free_)
            while (same_size.head)
                ::operator delete(pop(same_size));
    }

    void* take(std::size_t size)
    {
        const std::size_t index = class_of(size);
        if (index < classes && free_[index].head)
            return pop(free_[index]);
        return ::operator new(index < classes ? (index + 1) * step : size);
    }

    void give(void* frame, std::size_t size) noexcept
    {
        const std::size_t index = class_of(size);
        if (index >= classes || free_[index].count == kept) {
            ::operator delete(frame);
            return;
        }
        free_[index].head = new (frame) node{free_[index].head};
        ++free_[index].count;
    }

private:
    struct node
    {
        node* next;
    };
    struct list
    {
        node* head = nullptr;
        std::size_t count = 0;
    };

    static constexpr std::size_t step = 128;
    static constexpr std::size_t classes = 16;
    static constexpr std::size_t kept = 256;

    static std::size_t class_of(std::size_t size) noexcept { return (size - 1) / step; }

    static void* pop(list& from) noexcept
    {
        node* const first = from.head;
        from.head = first->next;
        --from.count;
        return first;
    }

    std::array<list, classes> free_;
};

thread_local frame_cache frames;

}   // namespace

void* task::promise_type::operator new(std::size_t size)
{
    return frames.take(size);
}

void task::promise_type::operator delete(void* frame, std::size_t size) noexcept
{
    frames.give(frame, size);
}

}   // namespace rediserve
