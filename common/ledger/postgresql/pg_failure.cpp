// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/pg_failure.hpp"

#include <fmt/format.h>

#include <string_view>

#include "common/ledger/ledger.hpp"

namespace pipeline {
namespace {

using Kind = PgError::Kind;

std::string_view advice_on(Kind kind) noexcept {
    switch (kind) {
        case Kind::Unreachable:
        case Kind::TimeIsUp:
            return "see that the server runs and can be reached from here";
        case Kind::Again:
            return "try again";
        case Kind::ReadOnly:
            return "name the server that takes writes, or several: postgresql://HOST1,HOST2/NAME";
        case Kind::Shortage:
            return "give the server room";
        case Kind::Denied:
            return "see the login (PGPASSFILE, PGSERVICEFILE, certificates) and the user's privileges";
        case Kind::Missing:
            return "create the database, or name another one";
        case Kind::Schema:
            return "its tables are not as the pipeline made them, or refuse a value; see the server's log";
        case Kind::Other:
            break;
    }
    return "see the server's log";
}

std::string text_of(const std::string& name, const PgError& error) {
    const std::string state = error.state().empty() ? "" : fmt::format(" ({})", error.state());
    return fmt::format("ledger {}: {}{}", name, error.what(), state);
}

}  // namespace

Failure pg_start_failure(const std::string& name, const PgError& error) {
    return {error.may_pass() ? ExitStatus::CannotCreate : ExitStatus::Configuration,
            fmt::format("{}; {}", text_of(name, error), advice_on(error.kind()))};
}

void fail_while_running(const std::string& name, const PgError& error) {
    const std::string text = text_of(name, error);
    if (error.kind() == Kind::Schema)
        throw Failure(ExitStatus::Configuration, fmt::format("{}; {}", text, advice_on(error.kind())));
    throw LedgerUnavailable(fmt::format("{}; {}: the results wait in memory", text, advice_on(error.kind())));
}

}  // namespace pipeline
