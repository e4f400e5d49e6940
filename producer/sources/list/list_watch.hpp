// SPDX-License-Identifier: Apache-2.0
// Looks, a few times a second, whether a list that is being read still is what was read: whether its name
// leads to it, and whether somebody has cut it or filled it anew, which a greater length hides. A look that
// finds the file unchanged costs two system calls; after a change the last block before the position is read
// again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "common/core/list_marks.hpp"
#include "producer/sources/list/list_file.hpp"

namespace pipeline {

class ListWatch {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kInterval{250};

    explicit ListWatch(std::filesystem::path path) : path_(std::move(path)) {}

    // Where the name leads: to the file, nowhere, or to another one.
    enum class Name { Same, Gone, Other };
    enum class Content { Same, Cut, FilledAnew };
    struct Sight {
        Name name = Name::Same;
        Content content = Content::Same;
        std::uint64_t bytes = 0;  // of the file
    };

    // True if the file changed so long ago that a further change has another time.
    [[nodiscard]] static bool is_settled(const FileStatus& status) noexcept;

    [[nodiscard]] bool is_due(TimePoint now) const noexcept { return now >= next_; }
    void hurry() noexcept { next_ = {}; }
    // `digest` is of the bytes that were read. Throws Failure (InputOutput).
    [[nodiscard]] Sight look(const ListFile& file, const ListDigest& digest, TimePoint now);

  private:
    [[nodiscard]] Name look_at_name(const ListFile& file) noexcept;
    [[nodiscard]] Content look_at_content(const ListFile& file, const FileStatus& status,
                                          const ListDigest& digest);

    std::filesystem::path path_;
    TimePoint next_{};
    Name name_ = Name::Same;  // at the last look that was possible
    // What was found to be the same list: of a file that is as it was then nothing needs to be read.
    FileIdentity verified_;
    std::uint64_t verified_bytes_ = 0;
    std::int64_t verified_changed_ns_ = 0;
};

}  // namespace pipeline
