// SPDX-License-Identifier: Apache-2.0
// A thin owner of SQLite's handles: a connection, its statements, and an exception that classifies errors.
// It knows nothing of the ledger. No other room includes sqlite3.h.
//
// A connection and its statements belong to one thread, and never cross a fork(2)
// (https://www.sqlite.org/howtocorrupt.html, section 2.6).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/base/digest.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pipeline {

// A failed SQLite call. what() is SQLite's own text; for a failed system call it adds the system's error text
// and SQLite's code.
class SqliteError : public std::runtime_error {
  public:
    enum class Kind : std::uint8_t {
        Busy,         // another connection holds the lock
        Full,         // the disk, the quota or the database's own limit is full
        InputOutput,  // a system call on the file failed
        NoMemory,
        CannotOpen,   // the file, its -wal or its -shm cannot be opened
        ReadOnly,     // the file, its directory or its file system is read-only
        Damaged,      // the file is a corrupt database
        NotDatabase,  // the file is something else
        Statement,    // the SQL does not fit the schema
        TimeIsUp,     // limit_time()
        Other,
    };
    SqliteError(Kind kind, const std::string& what, int system_error = 0)
        : std::runtime_error(what), kind_(kind), system_error_(system_error) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    // Returns the errno value of the failed system call behind InputOutput or CannotOpen; 0 if it is unknown.
    [[nodiscard]] int system_error() const noexcept { return system_error_; }

  private:
    Kind kind_;
    int system_error_;
};

class SqliteConnection {
  public:
    // Opens the database file at `path`, read-only if it cannot be written. With `create`, creates an empty
    // database if there is no file. Each later call waits at most `lock_wait` for a lock.
    SqliteConnection(const std::filesystem::path& path, bool create, std::chrono::milliseconds lock_wait);

    // Opens a ledger's file for writing. Runs no code from the file: no triggers, and no functions that its
    // schema names. Ignores a rollback journal beside the file (sqlite_vfs.hpp). Follows no link: `file` must
    // be a canonical path.
    [[nodiscard]] static SqliteConnection open_ledger(const std::filesystem::path& file,
                                                      std::chrono::milliseconds lock_wait);
    // Opens an empty database in this process's memory.
    [[nodiscard]] static SqliteConnection in_memory();

    // Opens a ledger read-only, with the same protection against its contents as open_ledger(). The
    // connection writes and creates no file (file, -wal, -shm), even if this process could. Log::Present: it
    // reads the file and its log (-wal); the -shm must exist. If other processes have the database open, it
    // takes SQLite's shared lock, which blocks no writer; if all of them are dead, it builds the log's index
    // in this process's memory. Log::None: it reads the file alone, without a lock; the caller must check
    // afterwards that no process has written meanwhile.
    enum class Log { None, Present };
    [[nodiscard]] static SqliteConnection open_for_reading(const std::filesystem::path& path, Log log,
                                                           std::chrono::milliseconds lock_wait);

    // Makes each statement that is still running at `until`, or begins after it, fail with TimeIsUp. A
    // statement notices that within a millisecond, unless it waits for a lock or for the disk; a very short
    // one runs to its end.
    void limit_time(std::chrono::steady_clock::time_point until);

    // Runs one or several statements and discards their rows.
    void execute(const char* sql);
    // Returns the first column of the query's first row; an empty text if there is no row or the column is
    // NULL.
    [[nodiscard]] std::string query_text(const char* sql);

    // Replaces the CREATE statement of a table by `sql`, within the caller's transaction, and changes no row.
    // The rows must be rows of the new table as they are: it may have other checks, and more columns at its
    // end. (https://www.sqlite.org/lang_altertable.html, section 7, "making other kinds of table schema
    // changes".)
    void redefine_table(std::string_view table, std::string_view sql);
    // The same with an `sql` in which `column` is no longer the primary key. The index of that key becomes
    // the unique index `index`, which can be dropped.
    void release_primary_key(std::string_view table, std::string_view sql, std::string_view column,
                             std::string_view index);

    // Defines the SQL function `name` for this connection. It takes any number of integers and texts, and
    // returns the digest (value_digest.hpp) of those that are not NULL: 32 bytes. Their tags are their
    // numbers among the arguments, from 1.
    void define_digest(const char* name);

    // Returns the number of rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::int64_t changes() const noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    // Throws InputOutput if SQLite has rolled back the transaction that the caller has begun, without an
    // error (transaction_start.hpp).
    void require_transaction() const;
    // True if the file could only be opened for reading.
    [[nodiscard]] bool is_read_only() const noexcept;
    // True if the path no longer leads to the file that is open.
    [[nodiscard]] bool file_moved() const noexcept;
    // If `keep`, closing this connection neither checkpoints nor removes the log, even if no other connection
    // is open.
    void keep_log_on_close(bool keep) noexcept;
    // Returns the database as the bytes of a file.
    [[nodiscard]] std::string serialized();

  private:
    friend class SqliteStatement;
    SqliteConnection() = default;
    void open(const char* name, int flags, const char* vfs, std::chrono::milliseconds lock_wait);
    void guard();
    void replace_definition(std::string_view table, std::string_view sql);
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    // The time limit that `handle_` refers to, and must therefore outlive it.
    std::unique_ptr<std::chrono::steady_clock::time_point> until_;
    std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement. Its connection must outlive it. As in SQLite, parameters are numbered from 1 and
// columns from 0.
class SqliteStatement {
  public:
    SqliteStatement(SqliteConnection& connection, const std::string& sql);

    // Does not copy the text, which must live until the statement has run. Accepts any bytes, NUL included.
    void bind(int parameter, std::string_view text);
    void bind(int parameter, std::int64_t value);
    // Binds bytes as a BLOB, under the same conditions.
    void bind_bytes(int parameter, std::span<const std::uint8_t> bytes);
    void bind_null(int parameter);
    void bind_or_null(int parameter, std::string_view text) {
        text.empty() ? bind_null(parameter) : bind(parameter, text);
    }

    // Runs a statement that returns no rows.
    void run();
    // Runs a query; returns true if it has a row. The caller reads the row's columns and must then call
    // finish(): an open query holds the database's snapshot.
    [[nodiscard]] bool first_row();
    // Advances to the first or next row. Returns false after the last row; finish() is not needed then.
    [[nodiscard]] bool next_row() { return first_row(); }
    void finish() noexcept;
    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    // Returns the text, or the bytes of a BLOB, valid until the next step.
    [[nodiscard]] std::string_view text(int column) const noexcept;
    // Returns the bytes of a BLOB, valid until the next step. Throws SqliteError if there is no memory for
    // them, while text() returns an empty text.
    [[nodiscard]] std::string_view bytes(int column) const;
    // Returns a BLOB of 32 bytes; zeros for every other value.
    [[nodiscard]] Digest digest(int column) const noexcept;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };
    void check(int code) const;

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace pipeline
