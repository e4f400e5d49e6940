// SPDX-License-Identifier: Apache-2.0
// The time limit of a connection: SQLite asks now and then whether to go on.
#include <sqlite3.h>

#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

namespace pipeline {

void SqliteConnection::limit_time(std::chrono::steady_clock::time_point until) {
    using Clock = std::chrono::steady_clock;
    constexpr int kInstructions = 1000;  // of SQLite's machine between two looks at the clock
    until_ = std::make_unique<Clock::time_point>(until);
    sqlite3_progress_handler(
        handle_.get(), kInstructions,
        [](void* limit) { return Clock::now() >= *static_cast<const Clock::time_point*>(limit) ? 1 : 0; },
        until_.get());
}

}  // namespace pipeline
