// SPDX-License-Identifier: Apache-2.0
// The text in the lock file of a pipeline's name (RUNTIME/NAME.lock): the supervisor's pid, and on a second
// line the directory of its segments. Only the owner of the lock writes this text. The text stays when the
// owner ends, so that the next supervisor and observers find the segments that the owner left. Version 0.1.0
// wrote only the pid.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pipeline {

struct LockNote {
    std::string pid;                // empty: unknown
    std::filesystem::path shm_dir;  // absolute; empty: the file does not say
    bool operator==(const LockNote&) const = default;
};

[[nodiscard]] std::filesystem::path lock_file(const std::filesystem::path& runtime_dir,
                                              const std::string& name);

// Returns the directories in which the lock of the pipeline `name` may lie if the user gives no directory:
// the defaults of a supervisor in this environment (`runtime_dir` and `state_dir`; empty: there is none), and
// those of the services (RuntimeDirectory= in their units), because a service has another environment than
// root's shell. `service` is the name of the default service.
[[nodiscard]] std::vector<std::filesystem::path> possible_lock_dirs(const std::string& name,
                                                                    const std::string& service,
                                                                    const std::filesystem::path& runtime_dir,
                                                                    const std::filesystem::path& state_dir);

// Reads the note from the open file. Returns an empty note if the file cannot be read. `shm_dir` is empty
// unless the second line is an absolute path.
[[nodiscard]] LockNote read_lock_note(int fd);

// Replaces the text in the file. Ignores a failed write: a full disk must not prevent a start. After a kill
// during the call, the file has the old note or the new one.
void write_lock_note(int fd, const LockNote& note) noexcept;

}  // namespace pipeline
