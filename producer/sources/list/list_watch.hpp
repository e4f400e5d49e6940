// SPDX-License-Identifier: Apache-2.0
// Checks a few times a second that a list is still the same while the producer reads it: the list's path
// leads to the open file, and the file was not truncated or rewritten. A rewritten file may be longer than
// before, so its length proves nothing. A check of an unchanged file costs two system calls. If the file has
// changed, the check rereads the bytes between the last multiple of 1 MiB and the read position.
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

    // Where the list's path leads: to the open file, to no file, or to another file.
    enum class Name { Same, Gone, Other };
    enum class Content { Same, Cut, FilledAnew };
    struct Sight {
        Name name = Name::Same;
        Content content = Content::Same;
        std::uint64_t bytes = 0;  // of the file
    };

    // True if the last change is so old that another change would get a different time stamp.
    [[nodiscard]] static bool is_settled(const FileStatus& status) noexcept;

    [[nodiscard]] bool is_due(TimePoint now) const noexcept { return now >= next_; }
    void hurry() noexcept { next_ = {}; }
    // Checks the list's path and the open file's content. `digest` is that of the bytes that the producer has
    // read. Throws Failure (InputOutput).
    [[nodiscard]] Sight look(const ListFile& file, const ListDigest& digest, TimePoint now);

  private:
    [[nodiscard]] Name look_at_name(const ListFile& file) noexcept;
    [[nodiscard]] Content look_at_content(const ListFile& file, const FileStatus& status,
                                          const ListDigest& digest);

    std::filesystem::path path_;
    TimePoint next_{};
    Name name_ = Name::Same;  // the result of the last check that succeeded
    // The file's status when its content was last verified. While the status is the same, nothing needs
    // rereading.
    FileIdentity verified_;
    std::uint64_t verified_bytes_ = 0;
    std::int64_t verified_changed_ns_ = 0;
};

}  // namespace pipeline
