// SPDX-License-Identifier: Apache-2.0
// The exit statuses of the programs: sysexits.h values, part of the public contract.
#pragma once

namespace pipeline {

enum class ExitStatus : int {
    Drained = 0,         // everything acquired is in the ledger, or an audit balances
    SomeFailed = 1,      // drained, and an invoice of the run has the outcome that --fail-on names
    Usage = 64,          // the command line is wrong; nothing was started
    DataError = 65,      // an audit does not balance, or the ledger is damaged
    NoInput = 66,        // the source is not there or cannot be read
    Internal = 70,       // an internal error, or no memory
    CannotCreate = 73,   // a segment, lock or ledger cannot be created, or its name is taken
    InputOutput = 74,    // reading or writing failed
    NotDrained = 75,     // stopped before all was in the ledger; the next supervisor adopts the rest
    Configuration = 78,  // segments, ledger, source or system do not fit the options; or --config is invalid
};

[[nodiscard]] constexpr int to_int(ExitStatus status) noexcept {
    return static_cast<int>(status);
}

}  // namespace pipeline
