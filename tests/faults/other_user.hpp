// SPDX-License-Identifier: Apache-2.0
// A user without privileges, for what root is allowed anyway: limits of processes, permissions.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

namespace pipeline::test {

// False, with the reason printed, where this process cannot become another user (it is not root).
[[nodiscard]] bool can_become_other_user();
// In a child before it executes a program. Nobody else is this user, so that its limits count us alone.
void become_other_user();
// Makes the file, or the directory and all that is in it, the other user's.
void give_to_other_user(const std::filesystem::path& path);

// Processes of that user that do nothing but take up room.
class Crowd {
  public:
    explicit Crowd(int processes);
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    ~Crowd() { disperse(); }
    void disperse();

  private:
    std::vector<pid_t> processes_;
};

}  // namespace pipeline::test
