// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/ledger_failure.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/passing_error.hpp"
#include "common/ledger/ledger.hpp"
#include "common/ledger/sqlite/ledger_schema.hpp"

namespace pipeline {
namespace {

using Kind = SqliteError::Kind;

// Advice for an error of input or output whose cause is unknown: SQLite seldom passes on the system's error.
constexpr std::string_view kSeeElsewhere = "see the system's log, the quota and ulimit -f";

// Returns advice for an error that may pass, or that the user may fix.
std::string_view advice_while_running(const SqliteError& error) noexcept {
    if (const auto advice = advice_for_shortage(error.system_error()); !advice.empty()) return advice;
    switch (error.kind()) {
        case Kind::Busy:
            return "another program holds the lock";
        case Kind::Full:
            return "free some space";
        case Kind::InputOutput:
            return kSeeElsewhere;
        case Kind::NoMemory:
            return advice_for_shortage(ENOMEM);
        case Kind::CannotOpen:
            return "put the file back where it was";
        case Kind::ReadOnly:
            return "make it writable again";
        case Kind::Damaged:
        case Kind::NotDatabase:
        case Kind::TimeIsUp:
        case Kind::Statement:
        case Kind::Other:
            break;
    }
    return {};
}

[[noreturn]] void fail_damaged(const std::filesystem::path& path, const SqliteError& error) {
    const auto* advice = error.kind() == Kind::NotDatabase
                             ? "name another file"
                             : "restore it from a copy, or save what is left with sqlite3's .recover";
    throw Failure(ExitStatus::Configuration,
                  fmt::format("ledger {}: {}; {}", path.string(), error.what(), advice));
}

}  // namespace

void fail_while_running(const std::filesystem::path& path, const SqliteError& error) {
    switch (error.kind()) {
        case Kind::Damaged:
        case Kind::NotDatabase:
            fail_damaged(path, error);
        case Kind::TimeIsUp:
        case Kind::Statement:
            fail_not_a_ledger(path, error.what());
        case Kind::Other:
            throw Failure(ExitStatus::InputOutput, fmt::format("ledger {}: {}", path.string(), error.what()));
        case Kind::Busy:
        case Kind::Full:
        case Kind::InputOutput:
        case Kind::NoMemory:
        case Kind::CannotOpen:
        case Kind::ReadOnly:
            break;
    }
    throw LedgerUnavailable(fmt::format("ledger {}: {}; {}: the results wait in memory", path.string(),
                                        error.what(), advice_while_running(error)));
}

void fail_to_open(const std::filesystem::path& path, const SqliteError& error) {
    switch (error.kind()) {
        case Kind::Damaged:
        case Kind::NotDatabase:
            fail_damaged(path, error);
        case Kind::TimeIsUp:
        case Kind::Statement:
            fail_not_a_ledger(path, error.what());
        case Kind::Busy:
        case Kind::Full:
        case Kind::InputOutput:
        case Kind::NoMemory:
        case Kind::CannotOpen:
        case Kind::ReadOnly:
        case Kind::Other:
            break;
    }
    std::error_code unknown;
    std::string why = error.what();
    const auto advice = advice_for_shortage(error.kind() == Kind::Full       ? ENOSPC
                                            : error.kind() == Kind::NoMemory ? ENOMEM
                                                                             : error.system_error());
    if (error.kind() == Kind::Busy) {
        why += "; end the program that holds it";
    } else if (!advice.empty()) {
        why += fmt::format("; {}", advice);
    } else if (const auto folder = path.parent_path();
               !std::filesystem::exists(folder, unknown) && !unknown) {
        why = fmt::format("directory {} does not exist; create it", folder.string());
    } else if (std::filesystem::is_directory(path, unknown)) {
        why = "it is a directory; name a file";
    } else if (error.kind() == Kind::InputOutput) {
        why += fmt::format("; {}", kSeeElsewhere);
    } else {
        why += "; the file and its directory must be writable for this user";
    }
    throw Failure(ExitStatus::CannotCreate, fmt::format("ledger {}: {}", path.string(), why));
}

}  // namespace pipeline
