// SPDX-License-Identifier: Apache-2.0
// The exception for a failure of the system or of the input. The function that finds the failure throws it;
// main() catches it and shows it to the user as one line. Outcomes that a caller must handle (full, closed,
// timed out) are return values, never exceptions; a broken invariant aborts the process.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>

#include "common/base/exit_status.hpp"

namespace pipeline {

class Failure : public std::runtime_error {
  public:
    // `message` is one line without a final dot: what failed, on which object, what to do about it.
    Failure(ExitStatus status, const std::string& message, bool may_pass = false)
        : std::runtime_error(message), status_(status), may_pass_(may_pass) {}
    [[nodiscard]] ExitStatus status() const noexcept { return status_; }
    // True if memory or descriptors have run out: other processes may give some back, and a retry may
    // succeed.
    [[nodiscard]] bool may_pass() const noexcept { return may_pass_; }

  private:
    ExitStatus status_;
    bool may_pass_;
};

// Returns the Failure of a system call. Its message is "CALL OBJECT: strerror(error); ADVICE", where OBJECT
// is `object` made safe by printable(). `error` is an errno value. If `advice` is empty and the error is a
// shortage (passing_error.hpp), ADVICE is advice_for_shortage(error).
[[nodiscard]] Failure system_failure(ExitStatus status, const std::string& call, const std::string& object,
                                     int error, const std::string& advice = {});

// Returns the text of an errno value. Thread-safe.
[[nodiscard]] std::string error_text(int error);

// Writes one line that names the invariant to stderr, and aborts. Never allocates, so it may be called inside
// a critical section.
[[noreturn]] void broken_invariant(const char* what) noexcept;

}  // namespace pipeline
