// SPDX-License-Identifier: Apache-2.0
// A walk through all entries of a spool folder, some at a time, so that a folder of a million files blocks
// nothing else for long. It sees every entry that stays in the folder; it may miss one that arrives during
// the walk.
#pragma once

#include <dirent.h>

#include <cstddef>
#include <memory>
#include <string>

#include "common/os/file_identity.hpp"
#include "producer/sources/spool/spool_names.hpp"

namespace pipeline {

class SpoolWalk {
  public:
    // Receives the entries of a walk.
    class Visitor {
      public:
        Visitor() = default;
        Visitor(const Visitor&) = delete;
        Visitor& operator=(const Visitor&) = delete;
        virtual ~Visitor() = default;
        // Receives a regular file whose name SpoolNames takes. Return false to pause the walk after this
        // file.
        virtual bool see_file(const std::string& name, const FileStatus& status) = 0;
        // Receives an entry whose name could be an invoice's but which is no regular file: a link, a FIFO, a
        // folder named like a file.
        virtual void see_other(const std::string& name) = 0;
        // Receives an entry that cannot be examined; `error` is an errno value.
        virtual void see_fault(const std::string& name, int error) = 0;
    };
    enum class Outcome {
        More,    // there is more: the walk paused, or has read `most` entries
        End,     // all entries have been seen
        Failed,  // the folder cannot be read; the walk is over
    };

    // Walks the folder `folder_fd` from its beginning. Both arguments must outlive the walk.
    SpoolWalk(int folder_fd, const SpoolNames& names) : folder_fd_(folder_fd), names_(names) {}

    // Continues the walk by at most `most` entries. Never throws because of the folder's contents.
    [[nodiscard]] Outcome go_on(std::size_t most, Visitor& visitor);
    // Return why the walk failed: the system call and its errno value.
    [[nodiscard]] const char* failed_call() const noexcept { return failed_call_; }
    [[nodiscard]] int error() const noexcept { return error_; }

  private:
    struct CloseFolder {
        void operator()(DIR* folder) const noexcept { ::closedir(folder); }
    };
    [[nodiscard]] bool open() noexcept;
    [[nodiscard]] bool look(const dirent& entry, Visitor& visitor);

    int folder_fd_;
    const SpoolNames& names_;
    std::unique_ptr<DIR, CloseFolder> entries_;
    const char* failed_call_ = "";
    int error_ = 0;
};

}  // namespace pipeline
