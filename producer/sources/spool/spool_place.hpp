// SPDX-License-Identifier: Apache-2.0
// Where a spool is: the folder that its path led to when it was opened, and whether the path leads there
// still. The open folder is what is worked with. When the path leads elsewhere (the folder was renamed or
// removed, a link in the path was changed, a file system was mounted over it), what people put under it comes
// to another folder: the pipeline ends then, and the next start goes on with that one.
#pragma once

#include <chrono>
#include <string>

#include "common/base/fd.hpp"
#include "common/base/printable.hpp"
#include "common/os/file_identity.hpp"

namespace pipeline {

class SpoolPlace {
  public:
    // How long opening is tried again when it fails for a cause that passes (passing_error.hpp).
    static constexpr std::chrono::milliseconds kPatience{10'000};

    // Throws Failure: NoInput if `path` is no folder that can be read and searched, or another one than
    // `expected` (zeros: any); InputOutput if it could not be opened for a cause that may pass.
    SpoolPlace(std::string path, const FileIdentity& expected,
               std::chrono::milliseconds patience = kPatience);

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    // The same, locked for this pipeline until the place is given up. Throws Failure (CannotCreate) if
    // another pipeline holds it.
    [[nodiscard]] int locked_fd() const;
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // "spool:PATH", for people.
    [[nodiscard]] std::string name() const { return "spool:" + printable(path_); }

    // True if the folder has been removed, as nothing else tells while it is open.
    [[nodiscard]] bool is_removed() const noexcept;
    // Empty if the path leads to the open folder, or if that cannot be told at present; else in one line
    // that it does not, and what to do.
    [[nodiscard]] std::string find_fault() const;

    // True if the file system is one that may not tell this host of all that happens in the folder.
    [[nodiscard]] bool events_are_partial() const noexcept;

  private:
    void open(std::chrono::milliseconds patience);

    std::string path_;
    UniqueFd fd_;
    FileIdentity identity_;
};

}  // namespace pipeline
