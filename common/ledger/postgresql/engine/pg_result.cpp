// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/engine/pg_result.hpp"

#include <endian.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstring>

#include "common/ledger/postgresql/engine/pg_error.hpp"

namespace pipeline {

PgResult::PgResult(pg_result* result) : result_(result) {}

void PgResult::Clear::operator()(pg_result* result) const noexcept {
    PQclear(result);
}

int PgResult::rows() const noexcept {
    return PQntuples(result_.get());
}

std::uint64_t PgResult::changes() const noexcept {
    const std::string_view text = PQcmdTuples(result_.get());
    std::uint64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

bool PgResult::is_null(int row, int column) const noexcept {
    return PQgetisnull(result_.get(), row, column) != 0;
}

std::int64_t PgResult::integer(int row, int column) const noexcept {
    std::uint64_t value = 0;
    if (text(row, column).size() != sizeof value) return 0;
    std::memcpy(&value, text(row, column).data(), sizeof value);
    return static_cast<std::int64_t>(be64toh(value));
}

bool PgResult::boolean(int row, int column) const noexcept {
    const std::string_view byte = text(row, column);
    return !byte.empty() && byte[0] != '\0';
}

std::string_view PgResult::text(int row, int column) const noexcept {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

Digest PgResult::digest(int row, int column) const {
    Digest digest{};
    const std::string_view bytes = text(row, column);
    if (bytes.size() != digest.size()) throw PgError(PgError::Kind::Schema, "a digest has not 32 bytes");
    std::memcpy(digest.data(), bytes.data(), digest.size());
    return digest;
}

std::string_view PgResult::command() const noexcept {
    return PQcmdStatus(result_.get());
}

}  // namespace pipeline
