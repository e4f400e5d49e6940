// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/postgresql/engine/pg_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Kind = PgError::Kind;

// Waits for locks end before the answer's wait does, so that the server tells why. A transaction whose client
// is gone, behind a partition of the network, holds its locks no longer than this.
constexpr const char* kSettings =
    "SELECT set_config('lock_timeout', '4s', true), set_config('idle_in_transaction_session_timeout', '10s',"
    " true), CASE WHEN current_setting('synchronous_commit') = 'off'"
    " THEN set_config('synchronous_commit', 'on', true) END";

// A COMMIT that was interrupted while it waited for a standby: https://www.postgresql.org/docs/15/
// warm-standby.html#SYNCHRONOUS-REPLICATION. The server reports success with a warning of this class.
constexpr std::string_view kWarningState = "01000";

// libpq's texts end with a newline, and may have several lines.
std::string one_line(std::string_view text) {
    std::string line(text);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::replace(line.begin(), line.end(), '\t', ' ');
    return printable(line);
}

std::string_view field_of(const PGresult* result, int field) noexcept {
    const char* text = PQresultErrorField(result, field);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

PgError error_of(const PGresult* result) {
    const std::string_view state = field_of(result, PG_DIAG_SQLSTATE);
    std::string what = one_line(field_of(result, PG_DIAG_MESSAGE_PRIMARY));
    if (what.empty()) what = one_line(PQresultErrorMessage(result));
    // An error that libpq makes up has no state: the connection is lost.
    return {state.empty() ? Kind::Unreachable : kind_of_state(state), what, state};
}

void keep_warning(void* warning, const PGresult* result) {
    if (field_of(result, PG_DIAG_SQLSTATE) != kWarningState) return;
    static_cast<std::string*>(warning)->assign(field_of(result, PG_DIAG_MESSAGE_PRIMARY));
}

}  // namespace

void PgConnection::Close::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

PgConnection::PgConnection(const std::string& url, bool for_writing, milliseconds answer_wait)
    : answer_wait_(answer_wait), warning_(std::make_unique<std::string>()) {
    const std::string wait = fmt::format("{}", kConnectWait.count());
    // The URL may override the words before dbname, not those behind it.
    const std::array<const char*, 10> names{"connect_timeout",      "application_name",
                                            "keepalives_idle",      "keepalives_interval",
                                            "keepalives_count",     "tcp_user_timeout",
                                            "target_session_attrs", "dbname",
                                            "client_encoding",      nullptr};
    const std::array<const char*, 10> values{wait.c_str(),
                                             "invoice-pipeline",
                                             "5",
                                             "2",
                                             "3",
                                             "10000",
                                             for_writing ? "read-write" : "any",
                                             url.c_str(),
                                             "UTF8",
                                             nullptr};
    connection_.reset(PQconnectdbParams(names.data(), values.data(), 1));
    if (connection_ == nullptr) throw std::bad_alloc();
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        const std::string what = one_line(PQerrorMessage(connection_.get()));
        // libpq keeps no SQLSTATE of a failed login, only the server's text.
        const auto says = [&](const char* text) { return what.find(text) != std::string::npos; };
        const Kind kind = says("does not exist") && says("database") ? Kind::Missing
                          : says("authentication failed") || says("no password supplied") ||
                                  says("no pg_hba.conf entry") || says("role") || says("permission denied")
                              ? Kind::Denied
                          : says("read-only") || says("standby") ? Kind::ReadOnly
                                                                 : Kind::Unreachable;
        throw PgError(kind, what);
    }
    PQsetNoticeReceiver(connection_.get(), keep_warning, warning_.get());
    if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1)
        fail_connection(one_line(PQerrorMessage(connection_.get())));
}

void PgConnection::fail_connection(const std::string& what) {
    connection_.reset();
    throw PgError(Kind::Unreachable, what.empty() ? "the connection is lost" : what);
}

void PgConnection::send(const std::string& sql, const PgParameters& parameters) {
    if (connection_ == nullptr) throw PgError(Kind::Unreachable, "the connection is lost");
    if (sent_ == 0) warning_->clear();
    const auto values = parameters.values();
    const std::vector<int> formats(values.size(), 1);
    if (PQsendQueryParams(connection_.get(), sql.c_str(), parameters.count(), parameters.types(),
                          values.data(), parameters.lengths(), formats.data(), 1) != 1)
        fail_connection(one_line(PQerrorMessage(connection_.get())));
    ++sent_;
}

void PgConnection::begin(bool snapshot) {
    send(snapshot ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                  : "BEGIN ISOLATION LEVEL READ COMMITTED");
    send(kSettings);
}

// Waits until the socket can be read, or written; not long, because what a layer of encryption has read
// already is not seen there.
void PgConnection::wait(bool for_writing, Time deadline) {
    const int fd = PQsocket(connection_.get());
    if (fd < 0) fail_connection("the connection is lost");
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now()).count();
    pollfd at{fd, static_cast<short>(POLLIN | (for_writing ? POLLOUT : 0)), 0};
    constexpr std::int64_t kMostMs = 100;
    const int ready = left <= 0 ? 0 : ::poll(&at, 1, static_cast<int>(std::min<std::int64_t>(left, kMostMs)));
    if (ready < 0 && errno != EINTR) fail_connection(error_text(errno));
    if (left <= 0) {
        connection_.reset();
        throw PgError(Kind::TimeIsUp, fmt::format("no answer within {} ms", answer_wait_.count()));
    }
}

// Sends what libpq has buffered. Reads meanwhile: a server that cannot send its results reads nothing.
void PgConnection::flush(Time deadline) {
    for (;;) {
        const int left = PQflush(connection_.get());
        if (left == 0) return;
        if (left < 0) fail_connection(one_line(PQerrorMessage(connection_.get())));
        wait(true, deadline);
        if (PQconsumeInput(connection_.get()) != 1)
            fail_connection(one_line(PQerrorMessage(connection_.get())));
    }
}

pg_result* PgConnection::next_result(Time deadline) {
    while (PQisBusy(connection_.get()) != 0) {
        wait(false, deadline);
        if (PQconsumeInput(connection_.get()) != 1)
            fail_connection(one_line(PQerrorMessage(connection_.get())));
    }
    pg_result* const result = PQgetResult(connection_.get());
    // A lost connection has no more results, and says so without end.
    if (result == nullptr && (PQstatus(connection_.get()) != CONNECTION_OK || Clock::now() > deadline))
        fail_connection("the connection is lost");
    return result;
}

void PgConnection::end_round_trip(Time deadline) {
    // In pipeline mode, a null result separates statements; the synchronisation has a result of its own.
    for (;;) {
        pg_result* result = next_result(deadline);
        if (result == nullptr) continue;
        const auto status = PQresultStatus(result);
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) return;
        if (status == PGRES_FATAL_ERROR && PQstatus(connection_.get()) != CONNECTION_OK)
            fail_connection("the connection is lost");
    }
}

std::vector<PgResult> PgConnection::finish() {
    if (connection_ == nullptr) throw PgError(Kind::Unreachable, "the connection is lost");
    const Time deadline = Clock::now() + answer_wait_;
    const std::size_t sent = std::exchange(sent_, 0);
    if (PQpipelineSync(connection_.get()) != 1) fail_connection(one_line(PQerrorMessage(connection_.get())));
    flush(deadline);
    std::vector<PgResult> results;
    results.reserve(sent);
    std::optional<PgError> error;
    while (results.size() < sent && !error) {
        PgResult result(next_result(deadline));
        const auto* const raw = result.raw();
        if (raw == nullptr) continue;
        switch (PQresultStatus(raw)) {
            case PGRES_COMMAND_OK:
            case PGRES_TUPLES_OK:
                results.push_back(std::move(result));
                break;
            default:
                error = error_of(raw);
                if (PQstatus(connection_.get()) != CONNECTION_OK) {
                    connection_.reset();
                    throw PgError(Kind::Unreachable, error->what(), error->state());
                }
        }
    }
    end_round_trip(deadline);
    if (error) throw *error;
    return results;
}

PgResult PgConnection::run(const std::string& sql, const PgParameters& parameters) {
    send(sql, parameters);
    auto results = finish();
    return std::move(results.back());
}

void PgConnection::for_each(const std::string& select, const PgParameters& parameters, const TakeRow& take) {
    run("DECLARE each_row NO SCROLL CURSOR FOR " + select, parameters);
    for (bool goes_on = true; goes_on;) {
        const PgResult rows = run("FETCH 500 FROM each_row");
        goes_on = rows.rows() != 0;
        for (int row = 0; row < rows.rows() && goes_on; ++row) goes_on = take(rows, row);
    }
    run("CLOSE each_row");
}

void PgConnection::commit() {
    send("COMMIT");
    const auto results = finish();
    if (results.back().command() != "COMMIT")
        throw PgError(Kind::Again, "the server has rolled the transaction back");
    if (!warning_->empty())
        throw PgError(Kind::Again, fmt::format("the commit is not durable yet: {}", *warning_),
                      kWarningState);
}

bool PgConnection::roll_back() noexcept {
    try {
        if (connection_ == nullptr) return false;
        sent_ = 0;
        if (!in_transaction()) return true;
        run("ROLLBACK");
        return !in_transaction();
    } catch (const std::exception&) {
        connection_.reset();
        return false;
    }
}

bool PgConnection::is_open() noexcept {
    if (connection_ == nullptr) return false;
    pollfd at{PQsocket(connection_.get()), POLLIN, 0};
    if (::poll(&at, 1, 0) > 0 && PQconsumeInput(connection_.get()) != 1) connection_.reset();
    return connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK;
}

std::string PgConnection::server_encoding() const {
    const char* const name = PQparameterStatus(connection_.get(), "server_encoding");
    return name == nullptr ? std::string("unknown") : std::string(name);
}

bool PgConnection::in_transaction() const noexcept {
    return connection_ != nullptr && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

}  // namespace pipeline
