// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/rows/kept_bodies.hpp"

#include <cstdint>

namespace pipeline {

KeptBodies::KeptBodies(SqliteConnection& database)
    : insert_(database, "INSERT OR REPLACE INTO bodies(id, body) VALUES(?1, ?2)"),
      remove_(database, "DELETE FROM bodies WHERE id = ?1") {}

void KeptBodies::keep(std::string_view id, const RecordRange& records, std::size_t i) {
    const Record& record = records.record(i);
    if (!record.has_body()) return;
    const std::string_view body = record.body_in(records.bytes());
    insert_.bind(1, id);
    insert_.bind_bytes(2, {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
    insert_.run();
}

void KeptBodies::remove(std::string_view id) {
    remove_.bind(1, id);
    remove_.run();
}

}  // namespace pipeline
