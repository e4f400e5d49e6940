// SPDX-License-Identifier: Apache-2.0
// A failed call to PostgreSQL, classified by what the caller can do about it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pipeline {

// what() is one line: the server's or libpq's own text, without a secret.
class PgError : public std::runtime_error {
  public:
    enum class Kind : std::uint8_t {
        Unreachable,  // no connection, or it was lost
        TimeIsUp,     // no answer within the limit; the connection is closed
        Again,        // a deadlock, a serialization failure, a lock that was not got in time: try again
        ReadOnly,     // a standby, or a server that takes no writes now
        Shortage,     // disk, memory or connections of the server have run out
        Denied,       // the login or a privilege
        Missing,      // no such database
        Schema,       // a table, a column or a constraint is not what the SQL expects
        Other,
    };
    PgError(Kind kind, const std::string& what, std::string_view state = {})
        : std::runtime_error(what), kind_(kind), state_(state) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    // Returns the SQLSTATE; empty if the server has not given one.
    [[nodiscard]] std::string_view state() const noexcept { return state_; }
    // True if the same call may succeed later, although nobody changes the ledger.
    [[nodiscard]] bool may_pass() const noexcept {
        return kind_ != Kind::Denied && kind_ != Kind::Missing && kind_ != Kind::Schema;
    }

  private:
    Kind kind_;
    std::string state_;
};

// Returns the kind of a SQLSTATE (PostgreSQL's manual, appendix A).
[[nodiscard]] PgError::Kind kind_of_state(std::string_view state) noexcept;

}  // namespace pipeline
