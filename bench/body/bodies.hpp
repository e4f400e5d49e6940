// SPDX-License-Identifier: Apache-2.0
// The work that every peer does with bodies. The producer has each body in its memory, as a source that has
// acquired it, and stamps the body with its number. The receiver reads every byte: it adds up all words of 64
// bits, and compares the sum with the one that the number demands. So a byte that is lost, doubled or stale
// is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

namespace pipeline::bench {

// The bytes that may wait between producer and consumer, as in the pipeline's byte area.
inline constexpr std::size_t kBacklogBytes = std::size_t{16} << 20U;
// The length of the ids that the pipeline's own items have. Peers carry bodies only.
inline constexpr std::size_t kBodyIdBytes = 36;

// Returns how many bodies may wait.
[[nodiscard]] constexpr std::size_t backlog_of(std::size_t body_bytes) noexcept {
    return body_bytes * 2 > kBacklogBytes ? 2 : kBacklogBytes / body_bytes;
}

// A body in the producer's memory. Directly before it lies room for an id of kBodyIdBytes bytes.
struct Message {
    std::uint64_t number;
    char* body;
    std::size_t bytes;

    [[nodiscard]] std::string_view text() const noexcept { return {body, bytes}; }
};

// The numbers' mark in a body: its first word is the number, its last word another function of it.
[[nodiscard]] inline std::uint64_t last_word(std::uint64_t number) noexcept {
    return ~number * 0x9e37'79b9'7f4a'7c15U;
}
// The words in between are the same in all bodies.
[[nodiscard]] inline std::uint64_t middle_word(std::size_t at) noexcept {
    return (at + 1) * 0xd1b5'4a32'd192'ed03U;
}

// Makes bodies 1, 2, 3... The memory of one batch is used again for the next.
class Bodies {
  public:
    Bodies(std::size_t body_bytes, std::size_t batch)
        : stride_((kLine + body_bytes + kLine - 1) / kLine * kLine),
          memory_(static_cast<char*>(::operator new (stride_* batch, std::align_val_t{kLine}))) {
        std::memset(memory_.get(), '-', stride_ * batch);
        for (std::size_t i = 0; i < batch; ++i) {
            char* const body = memory_.get() + stride_ * i + kLine;
            for (std::size_t word = 0; word < body_bytes / sizeof(std::uint64_t); ++word)
                set_word(body, word, middle_word(word));
            messages_.push_back({0, body, body_bytes});
        }
    }

    // Returns the next batch. The messages of the batch before are void then.
    [[nodiscard]] const std::vector<Message>& make() noexcept {
        for (Message& message : messages_) {
            message.number = ++made_;
            set_word(message.body, 0, message.number);
            set_word(message.body, message.bytes / sizeof(std::uint64_t) - 1, last_word(message.number));
        }
        return messages_;
    }

    [[nodiscard]] std::uint64_t made() const noexcept { return made_; }

  private:
    static constexpr std::size_t kLine = 64;
    static_assert(kLine >= kBodyIdBytes);

    struct Freer {
        void operator()(char* memory) const noexcept { ::operator delete (memory, std::align_val_t{kLine}); }
    };

    static void set_word(char* body, std::size_t at, std::uint64_t value) noexcept {
        std::memcpy(body + at * sizeof value, &value, sizeof value);
    }

    std::size_t stride_;
    std::unique_ptr<char[], Freer> memory_;
    std::vector<Message> messages_;
    std::uint64_t made_ = 0;
};

// Reads the bodies that come, which must be 1, 2, 3...
class BodyReader {
  public:
    explicit BodyReader(std::size_t body_bytes) noexcept : bytes_(body_bytes) {
        for (std::size_t at = 1; at + 1 < body_bytes / sizeof(std::uint64_t); ++at)
            middle_ += middle_word(at);
    }

    void read(std::string_view body) noexcept {
        const std::uint64_t number = ++count_;
        std::uint64_t sum = 0;
        std::uint64_t word = 0;
        for (std::size_t at = 0; at + sizeof word <= body.size(); at += sizeof word) {
            std::memcpy(&word, body.data() + at, sizeof word);
            sum += word;
        }
        if (body.size() != bytes_ || sum != number + middle_ + last_word(number)) ++wrong_;
    }

    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t wrong() const noexcept { return wrong_; }

  private:
    std::size_t bytes_;
    std::uint64_t middle_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t wrong_ = 0;
};

}  // namespace pipeline::bench
