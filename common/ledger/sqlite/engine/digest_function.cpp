// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/engine/digest_function.hpp"

#include <sqlite3.h>

#include <new>
#include <string_view>

#include "common/ledger/seal/value_digest.hpp"

namespace pipeline {
namespace {

void digest_values(sqlite3_context* context, int count, sqlite3_value** values) {
    try {
        auto& digest = *static_cast<ValueDigest*>(sqlite3_user_data(context));
        digest.clear();
        for (int i = 0; i < count; ++i) {
            const auto tag = static_cast<std::uint8_t>(i + 1);
            const int type = sqlite3_value_type(values[i]);
            if (type == SQLITE_INTEGER) {
                digest.add(tag, std::int64_t{sqlite3_value_int64(values[i])});
            } else if (type != SQLITE_NULL) {
                const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[i]));
                digest.add(tag, std::string_view(bytes == nullptr ? "" : bytes,
                                                 static_cast<std::size_t>(sqlite3_value_bytes(values[i]))));
            }
        }
        const Digest found = digest.finish();
        sqlite3_result_blob(context, found.data(), static_cast<int>(found.size()), SQLITE_TRANSIENT);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
}

}  // namespace

// SQLite destroys the digest in every case, also if it cannot define the function.
int define_digest_function(sqlite3* handle, const char* name) {
    return sqlite3_create_function_v2(
        handle, name, -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, new ValueDigest,
        digest_values, nullptr, nullptr, [](void* digest) { delete static_cast<ValueDigest*>(digest); });
}

}  // namespace pipeline
