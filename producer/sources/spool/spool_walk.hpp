// SPDX-License-Identifier: Apache-2.0
// A walk through all entries of a spool folder, some at a time, so that a folder of a million files holds up
// nothing else for long. What comes into the folder meanwhile may be seen or not, what stays in it is seen.
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
    // What a walk tells of.
    class Visitor {
      public:
        Visitor() = default;
        Visitor(const Visitor&) = delete;
        Visitor& operator=(const Visitor&) = delete;
        virtual ~Visitor() = default;
        // A regular file whose name is one of the spool's. False: the walk is to pause behind it.
        virtual bool see_file(const std::string& name, const FileStatus& status) = 0;
        // An entry that looks like one of them and is none: a link, a FIFO, a folder called as a file is.
        virtual void see_other(const std::string& name) = 0;
        // An entry that cannot be looked at; `error` is an errno value.
        virtual void see_fault(const std::string& name, int error) = 0;
    };
    enum class Outcome {
        More,    // there is more: it paused, or has looked at as many as it should
        End,     // that was all
        Failed,  // the folder cannot be read; the walk is over
    };

    // Through the folder `folder_fd`, from its beginning. Both outlive the walk.
    SpoolWalk(int folder_fd, const SpoolNames& names) : folder_fd_(folder_fd), names_(names) {}

    // Goes on by at most `most` entries. Never throws for what the folder is like.
    [[nodiscard]] Outcome go_on(std::size_t most, Visitor& visitor);
    // Why it failed: the call, and an errno value.
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
