// SPDX-License-Identifier: Apache-2.0
// A spool's folder: the one that its path led to when it was opened. The pipeline works with the open folder
// and checks that the path still leads there. If the path leads elsewhere (the folder was renamed or removed,
// a link in the path was changed, a file system was mounted over it), new files arrive in another folder. The
// pipeline then ends, and the next start continues with the folder that the path leads to.
#pragma once

#include <chrono>
#include <string>

#include "common/base/fd.hpp"
#include "common/base/printable.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

class SpoolPlace {
  public:
    // How long the constructor retries to open the folder after a failure that may pass (passing_error.hpp).
    static constexpr std::chrono::milliseconds kPatience{10'000};

    // Opens the folder `path`. `expected`: the folder that it must be; all zeros: any folder. Throws Failure:
    // NoInput if `path` is not a readable and searchable folder, or not the expected one; InputOutput if the
    // folder cannot be opened for a cause that may pass.
    SpoolPlace(std::string path, const FileIdentity& expected,
               std::chrono::milliseconds patience = kPatience);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    // Locks the folder for this pipeline while this object lives, and returns fd(). Throws Failure
    // (CannotCreate) if another pipeline holds the lock.
    [[nodiscard]] int locked_fd() const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // Returns "spool:PATH", for people.
    [[nodiscard]] std::string name() const { return "spool:" + printable(path_); }

    // True if the folder was removed. To a reader of its open descriptor, a removed folder only looks empty.
    [[nodiscard]] bool is_removed() const noexcept;
    // If the path no longer leads to the open folder, returns one line that says so and what to do. Returns
    // an empty text if the path still leads there, or if this cannot be determined now.
    [[nodiscard]] std::string find_fault() const;

    // True if inotify may not report every event in the folder (on a network file system, for example).
    [[nodiscard]] bool events_are_partial() const noexcept;

  private:
    void open(std::chrono::milliseconds patience);

    std::string path_;
    UniqueFd fd_;
    FileIdentity identity_;
};

}  // namespace pipeline
