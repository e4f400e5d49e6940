// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/sqlite/engine/sqlite_connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>

#include "common/base/error.hpp"
#include "common/ledger/sqlite/engine/digest_function.hpp"
#include "common/ledger/sqlite/engine/sqlite_vfs.hpp"

namespace pipeline {
namespace {

SqliteError::Kind kind_of(int code) noexcept {
    using Kind = SqliteError::Kind;
    if (code == SQLITE_IOERR_NOMEM) return Kind::NoMemory;
    switch (code & 0xff) {  // the low byte of an extended code is the primary code
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return Kind::Busy;
        case SQLITE_FULL:
            return Kind::Full;
        case SQLITE_IOERR:
            return Kind::InputOutput;
        case SQLITE_NOMEM:
            return Kind::NoMemory;
        case SQLITE_CANTOPEN:
            return Kind::CannotOpen;
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return Kind::ReadOnly;
        case SQLITE_CORRUPT:
            return Kind::Damaged;
        case SQLITE_NOTADB:
            return Kind::NotDatabase;
        case SQLITE_ERROR:
        case SQLITE_SCHEMA:
            return Kind::Statement;
        case SQLITE_INTERRUPT:
            return Kind::TimeIsUp;
        default:
            return Kind::Other;
    }
}

[[noreturn]] void fail(sqlite3* handle, int code) {
    const auto kind = kind_of(code);
    std::string what = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
    const bool is_system = kind == SqliteError::Kind::InputOutput || kind == SqliteError::Kind::CannotOpen;
    const int error = is_system && handle != nullptr ? sqlite3_system_errno(handle) : 0;
    if (error != 0) what += fmt::format(" ({})", error_text(error));
    // SQLite's extended code tells which system call failed.
    if (kind == SqliteError::Kind::InputOutput) what += fmt::format(" (SQLite's code {})", code);
    throw SqliteError(kind, what, error);
}

// Returns a path as a part of a URI: all characters but plain letters, digits and "/.-_" are escaped as %XX.
std::string escaped(const std::string& path) {
    std::string text;
    for (const char c : path) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '/' || c == '.' || c == '-' || c == '_';
        text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return text;
}

void configure(sqlite3* handle, int what, int value) noexcept {
    sqlite3_db_config(handle, what, value, nullptr);
}

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* handle) const noexcept {
    sqlite3_close_v2(handle);
}

SqliteConnection::SqliteConnection(const std::filesystem::path& path, bool create,
                                   std::chrono::milliseconds lock_wait) {
    open(path.c_str(), SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), nullptr, lock_wait);
}

SqliteConnection SqliteConnection::open_ledger(const std::filesystem::path& file,
                                               std::chrono::milliseconds lock_wait) {
    SqliteConnection connection;
    connection.open(file.c_str(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, writing_vfs(), lock_wait);
    connection.guard();
    return connection;
}

SqliteConnection SqliteConnection::in_memory() {
    SqliteConnection connection;
    connection.open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, nullptr, {});
    return connection;
}

SqliteConnection SqliteConnection::open_for_reading(const std::filesystem::path& path, Log log,
                                                    std::chrono::milliseconds lock_wait) {
    // https://www.sqlite.org/uri.html explains immutable. With readonly_shm, SQLite's own tests read a
    // database without writing any file.
    const std::string name =
        "file:" + escaped(path.native()) + (log == Log::None ? "?immutable=1" : "?readonly_shm=1");
    SqliteConnection connection;
    connection.open(name.c_str(), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW,
                    reading_vfs(), lock_wait);
    connection.guard();
    connection.execute("PRAGMA query_only = 1; PRAGMA temp_store = MEMORY");
    return connection;
}

void SqliteConnection::open(const char* name, int flags, const char* vfs,
                            std::chrono::milliseconds lock_wait) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_NOMUTEX, vfs);
    handle_.reset(handle);  // even after most failures there is a handle, which must be closed
    if (code != SQLITE_OK) fail(handle, code);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, static_cast<int>(lock_wait.count()));
}

// Protects this process from a hostile database file, as https://www.sqlite.org/security.html advises in
// section 1.2. Also disables features that no ledger needs.
void SqliteConnection::guard() {
    sqlite3* const handle = handle_.get();
    configure(handle, SQLITE_DBCONFIG_DEFENSIVE, 1);
    configure(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    configure(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    configure(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0);
    constexpr int kMostBytes = 64 * 1024 * 1024;  // the most bytes in one row or text
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kMostBytes);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    execute("PRAGMA cell_size_check = 1");
}

void SqliteConnection::keep_log_on_close(bool keep) noexcept {
    configure(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0);
}

std::string SqliteConnection::serialized() {
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
        sqlite3_serialize(handle_.get(), "main", &size, 0), &sqlite3_free);
    if (bytes == nullptr) fail(handle_.get(), SQLITE_NOMEM);
    return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
}

void SqliteConnection::execute(const char* sql) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(handle_.get(), code);
}

void SqliteConnection::define_digest(const char* name) {
    if (const int code = define_digest_function(handle_.get(), name); code != SQLITE_OK)
        fail(handle_.get(), code);
}

std::string SqliteConnection::query_text(const char* sql) {
    SqliteStatement statement(*this, sql);
    return statement.first_row() ? std::string(statement.text(0)) : std::string();
}

std::int64_t SqliteConnection::changes() const noexcept {
    return sqlite3_changes(handle_.get());
}

bool SqliteConnection::in_transaction() const noexcept {
    return sqlite3_get_autocommit(handle_.get()) == 0;
}

void SqliteConnection::require_transaction() const {
    if (!in_transaction()) throw SqliteError(SqliteError::Kind::InputOutput, "disk I/O error");
}

bool SqliteConnection::is_read_only() const noexcept {
    return sqlite3_db_readonly(handle_.get(), "main") == 1;
}

bool SqliteConnection::file_moved() const noexcept {
    int moved = 0;
    const int code = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return code == SQLITE_OK && moved != 0;
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* handle) const noexcept {
    sqlite3_finalize(handle);
}

SqliteStatement::SqliteStatement(SqliteConnection& connection, const std::string& sql)
    : connection_(connection.handle_.get()) {
    sqlite3_stmt* handle = nullptr;
    check(sqlite3_prepare_v3(connection_, sql.c_str(), static_cast<int>(sql.size()) + 1,
                             SQLITE_PREPARE_PERSISTENT, &handle, nullptr));
    handle_.reset(handle);
}

void SqliteStatement::check(int code) const {
    if (code != SQLITE_OK) fail(connection_, code);
}

void SqliteStatement::bind(int parameter, std::string_view text) {
    const char* bytes = text.data() == nullptr ? "" : text.data();  // nullptr would bind NULL
    check(sqlite3_bind_text(handle_.get(), parameter, bytes, static_cast<int>(text.size()), SQLITE_STATIC));
}

void SqliteStatement::bind(int parameter, std::int64_t value) {
    check(sqlite3_bind_int64(handle_.get(), parameter, value));
}

void SqliteStatement::bind_bytes(int parameter, std::span<const std::uint8_t> bytes) {
    const void* data = bytes.data() == nullptr ? static_cast<const void*>("") : bytes.data();
    check(sqlite3_bind_blob(handle_.get(), parameter, data, static_cast<int>(bytes.size()), SQLITE_STATIC));
}

void SqliteStatement::bind_null(int parameter) {
    check(sqlite3_bind_null(handle_.get(), parameter));
}

bool SqliteStatement::first_row() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    // sqlite3_reset() returns the error of the step again, with its text, and makes the statement idle.
    check(sqlite3_reset(handle_.get()));
    return false;
}

void SqliteStatement::run() {
    if (first_row()) finish();
}

void SqliteStatement::finish() noexcept {
    sqlite3_reset(handle_.get());
}

bool SqliteStatement::is_null(int column) const noexcept {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const noexcept {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view SqliteStatement::text(int column) const noexcept {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view SqliteStatement::bytes(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    if (bytes == nullptr && sqlite3_errcode(connection_) == SQLITE_NOMEM) check(SQLITE_NOMEM);
    if (bytes == nullptr) return "";
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Digest SqliteStatement::digest(int column) const noexcept {
    Digest digest{};
    const std::string_view bytes = text(column);
    if (bytes.size() == digest.size()) std::memcpy(digest.data(), bytes.data(), digest.size());
    return digest;
}

}  // namespace pipeline
