// SPDX-License-Identifier: Apache-2.0
// Admits one supervisor per name, by an exclusive flock(2) on RUNTIME/NAME.lock. A program that must keep
// supervisors of the name out takes the lock too. The file holds the owner's pid and its segments' directory
// as text (lock_note.hpp). The file stays when the supervisor ends (removing it would let two owners in). The
// lock ends with the supervisor, however it dies. Children do not inherit the lock.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "common/base/error.hpp"
#include "common/base/fd.hpp"

namespace pipeline {

// Another process has the lock. The status is CannotCreate, and the text names the owner's pid.
class NameInUse : public Failure {
  public:
    NameInUse(const std::string& name, std::string pid);
    // The owner's pid as text; "unknown" if the file does not say it.
    [[nodiscard]] const std::string& pid() const noexcept { return pid_; }

  private:
    std::string pid_;
};

class NameLock {
  public:
    // Takes the lock. Retries for `patience`, since an earlier supervisor may be about to end. Throws
    // NameInUse, or Failure CannotCreate, whose text names the file that could not be created.
    NameLock(const std::filesystem::path& runtime_dir, const std::string& name,
             std::chrono::milliseconds patience);

    // The directory of the earlier supervisor's segments; empty if the lock file does not name one.
    [[nodiscard]] const std::filesystem::path& left() const noexcept { return left_; }
    // Writes the directory of this supervisor's segments into the lock file.
    void note(const std::filesystem::path& shm_dir) const;

  private:
    UniqueFd file_;
    std::filesystem::path left_;
};

}  // namespace pipeline
