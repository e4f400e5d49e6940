// SPDX-License-Identifier: Apache-2.0
// A spool's folder: the one that its path led to when it was opened. The pipeline works with the open folder
// and checks that the path still leads there. When it leads elsewhere (the folder was renamed or removed, a
// link in the path was changed, a file system was mounted over it), new files arrive in another folder: the
// pipeline then ends, and the next start continues with that one.
#pragma once

#include <chrono>
#include <string>

#include "common/base/fd.hpp"
#include "common/base/printable.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

class SpoolPlace {
  public:
    // How long to retry opening after a failure that may pass (passing_error.hpp).
    static constexpr std::chrono::milliseconds kPatience{10'000};

    // Throws Failure: NoInput if `path` is not a readable and searchable folder, or is not `expected` (zeros:
    // any); InputOutput if it could not be opened for a cause that may pass.
    SpoolPlace(std::string path, const FileIdentity& expected,
               std::chrono::milliseconds patience = kPatience);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    // The same, locked for this pipeline while this object lives. Throws Failure (CannotCreate) if another
    // pipeline holds the lock.
    [[nodiscard]] int locked_fd() const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // "spool:PATH", for people.
    [[nodiscard]] std::string name() const { return "spool:" + printable(path_); }

    // True if the folder was removed; nothing else shows that while it is open.
    [[nodiscard]] bool is_removed() const noexcept;
    // Empty if the path leads to the open folder, or if that is unknown at present; else one line that says
    // that it does not, and what to do.
    [[nodiscard]] std::string find_fault() const;

    // True if the file system may not report every event in the folder to this host.
    [[nodiscard]] bool events_are_partial() const noexcept;

  private:
    void open(std::chrono::milliseconds patience);

    std::string path_;
    UniqueFd fd_;
    FileIdentity identity_;
};

}  // namespace pipeline
