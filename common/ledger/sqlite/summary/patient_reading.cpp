// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/summary/patient_reading.hpp"

#include <thread>

#include "common/base/error.hpp"
#include "common/ledger/sqlite/sqlite_reader.hpp"

namespace pipeline {

bool read_patiently(const std::filesystem::path& path, std::chrono::steady_clock::time_point deadline,
                    const std::function<void(SqliteConnection&)>& read) {
    constexpr std::chrono::milliseconds kTryAgain{10};
    while (true) {
        try {
            SqliteReader reader(path);
            read(reader.database());
            if (reader.is_undisturbed()) return true;
        } catch (const SqliteError&) {
            // The ledger is locked, or a concurrent write has caused it: try again.
        } catch (const Failure&) {
            return false;  // it is missing, or no ledger
        }
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kTryAgain);
    }
}

}  // namespace pipeline
