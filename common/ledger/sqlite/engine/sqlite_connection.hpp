// SPDX-License-Identifier: Apache-2.0
// A thin owner of SQLite's handles: a connection, its statements, and the errors as an exception with a
// kind to decide by. It knows nothing of the ledger. sqlite_connection.cpp and sqlite_vfs.cpp are the
// only files of the programs that include sqlite3.h.
//
// A connection and its statements belong to one thread, and never cross a fork(2)
// (https://www.sqlite.org/howtocorrupt.html, section 2.6).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace pipeline {

// An SQLite call that failed. what() is SQLite's own text, with the system's or SQLite's code
// where it says more.
class SqliteError : public std::runtime_error {
  public:
    enum class Kind : std::uint8_t {
        Busy,         // someone else holds the lock that was needed
        Full,         // the disk, the quota or the database's own limit
        InputOutput,  // a system call on the file failed
        NoMemory,
        CannotOpen,   // the file, its -wal or its -shm
        ReadOnly,     // the file, its directory or its file system
        Damaged,      // the file is a database, but not a sound one
        NotDatabase,  // the file is something else
        Statement,    // the SQL does not fit the schema
        Other,
    };
    SqliteError(Kind kind, const std::string& what, int system_error = 0)
        : std::runtime_error(what), kind_(kind), system_error_(system_error) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    // The errno value of the system call behind an InputOutput or CannotOpen; 0 if SQLite does not tell.
    [[nodiscard]] int system_error() const noexcept { return system_error_; }

  private:
    Kind kind_;
    int system_error_;
};

class SqliteConnection {
  public:
    // Opens the database file at `path`, for reading alone if it cannot be written. With
    // `create` an empty one is made if there is none. A lock is waited for at most `lock_wait`.
    SqliteConnection(const std::filesystem::path& path, bool create, std::chrono::milliseconds lock_wait);

    // Opens a ledger's file for writing. Nothing in it is believed or run but what this program asks for: no
    // triggers, no functions that a schema names, no journal that lies beside it (sqlite_vfs.hpp). No link is
    // followed: `file` is a canonical path.
    [[nodiscard]] static SqliteConnection open_ledger(const std::filesystem::path& file,
                                                      std::chrono::milliseconds lock_wait);
    // An empty database in this process's memory.
    [[nodiscard]] static SqliteConnection in_memory();

    // As guarded as open_ledger(), for reading alone, so that nothing at all is written or made: not the
    // file, nor its -wal, nor its -shm, even if this process could. A file whose log (-wal) holds something
    // is read with it: of a database in use as any reader does it, under a shared lock of SQLite's that holds
    // up no writer; of one whose users are dead by an index in this process's memory. Then there must be a
    // -shm. Without a log the file alone is read, without any lock: the caller makes sure afterwards that
    // nobody has written meanwhile.
    enum class Log { None, Present };
    [[nodiscard]] static SqliteConnection open_for_reading(const std::filesystem::path& path, Log log,
                                                           std::chrono::milliseconds lock_wait);

    // Runs one or several statements; what they return is dropped.
    void execute(const char* sql);
    // The first column of the first row of a query, empty if there is none or it is NULL.
    [[nodiscard]] std::string query_text(const char* sql);

    // Rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] std::int64_t changes() const noexcept;
    [[nodiscard]] bool in_transaction() const noexcept;
    // True if the file could only be opened for reading.
    [[nodiscard]] bool is_read_only() const noexcept;
    // True if the path no longer leads to the file that is open.
    [[nodiscard]] bool file_moved() const noexcept;
    // With `keep`, closing the last connection neither moves the log into the file nor removes it.
    void keep_log_on_close(bool keep) noexcept;
    // The bytes of the database's file, as if it had one.
    [[nodiscard]] std::string serialized();

  private:
    friend class SqliteStatement;
    SqliteConnection() = default;
    void open(const char* name, int flags, const char* vfs, std::chrono::milliseconds lock_wait);
    void guard();
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement, to be kept for the life of its connection. Parameters and columns are SQLite's
// own numbers: parameters from 1, columns from 0.
class SqliteStatement {
  public:
    SqliteStatement(SqliteConnection& connection, const std::string& sql);

    // The text is not copied: it must live until the statement has run. Any bytes, NUL included.
    void bind(int parameter, std::string_view text);
    void bind(int parameter, std::int64_t value);
    void bind_null(int parameter);
    void bind_or_null(int parameter, std::string_view text) {
        text.empty() ? bind_null(parameter) : bind(parameter, text);
    }

    // Runs a statement that gives no rows.
    void run();
    // Runs a query: true if it gave a row, whose columns can be read until finish(), which must follow
    // (a query left open holds the database's snapshot).
    [[nodiscard]] bool first_row();
    // The row after the one before, or the first one; after the last one false, and no finish() is needed.
    [[nodiscard]] bool next_row() { return first_row(); }
    void finish() noexcept;
    [[nodiscard]] bool is_null(int column) const noexcept;
    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] std::string_view text(int column) const noexcept;

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };
    void check(int code) const;

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace pipeline
