// SPDX-License-Identifier: Apache-2.0
// A failure of the system or of the input: thrown where it is found, caught once, in main(), and shown to the
// user as one line. Outcomes that a caller must handle (full, closed, timed out) are return values, never
// exceptions; broken invariants abort.
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
    // True if memory or descriptors have run out, which others may give back.
    [[nodiscard]] bool may_pass() const noexcept { return may_pass_; }

  private:
    ExitStatus status_;
    bool may_pass_;
};

// The failure of a system call: "CALL OBJECT: strerror(error); ADVICE", with `object` made printable().
// `error` is an errno value. `advice` defaults to the advice for a shortage, if `error` is one.
[[nodiscard]] Failure system_failure(ExitStatus status, const std::string& call, const std::string& object,
                                     int error, const std::string& advice = {});

// The text of an errno value, thread-safe.
[[nodiscard]] std::string error_text(int error);

// For an invariant that does not hold: writes one line to stderr and aborts. Never allocates, so that it can
// be called inside a critical section.
[[noreturn]] void broken_invariant(const char* what) noexcept;

}  // namespace pipeline
