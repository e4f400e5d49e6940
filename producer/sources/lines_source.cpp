// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/lines_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/os/source_lock.hpp"
#include "producer/sources/readiness.hpp"

namespace pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The source checks its list's name this often while the list is lost, and while the producer has other
// waits: the name may come to lead to another file without any event (somebody changes a symbolic link). An
// idle producer's wait for the source is bounded anyhow (idle_wait.hpp).
constexpr milliseconds kLook{500};
// Log the comparison with what was read before if it covers at least this many bytes. A shorter one takes no
// noticeable time.
constexpr std::uint64_t kTellOfBytes = std::uint64_t{1} << 30U;

constexpr const char* kAdvice =
    "put the list back that was read, or begin anew with --from-start (what is booked is recognised)";

}  // namespace

LinesSource::LinesSource(const std::filesystem::path& path, const Resume& resume, bool once,
                         const SourceContext& context, const ListForm& form)
    : path_(path),
      form_(form),
      name_(form.name(path.native())),
      once_(once),
      report_(context.report),
      is_start_(!resume.list_checked),
      watch_(path),
      candidate_(ListFile(path, name_)),
      check_(resume.marks, resume.position,
             resume.list_checked && resume.source_file == candidate_->identity(), resume.unmarked, form) {
    static_cast<void>(lock_source(candidate_->fd(), name_, kSourceLockPatience));
    if (check_.left() >= kTellOfBytes) {
        log(LogLevel::Notice, "{}: comparing the first {} bytes with what was read before", name_,
            check_.position());
    }
    watch_changes();
}

void LinesSource::watch_changes() {
    if (!once_) changes_.emplace(path_.string(), IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
}

// Compares the next slice of `candidate_`, a file that may be the list, with what was read before.
void LinesSource::compare() {
    const auto outcome = check_.read_slice(*candidate_);
    switch (outcome) {
        case ListCheck::Outcome::Unfinished:
            return;
        case ListCheck::Outcome::Same:
            return go_on();
        case ListCheck::Outcome::Shorter:
        case ListCheck::Outcome::Different:
            return refuse(outcome);
    }
}

// Begins to read the candidate, which the comparison has shown to be the list. If this process reads that
// file already, it goes on with its own open file, which has the lock. It locks any other file, so that no
// other pipeline reads it; to lock the file that the constructor has locked changes nothing.
void LinesSource::go_on() {
    ListFile file = *std::exchange(candidate_, std::nullopt);
    try {
        if (reader_ && file.identity() == reader_->file().identity()) {
            file = reader_->file().again();
        } else {
            static_cast<void>(lock_source(file.fd(), name_, milliseconds::zero()));
        }
    } catch (const Failure& failure) {
        return lose(fmt::format("the file that has its name now cannot be read on ({})", failure.what()));
    }
    read_on(std::move(file));
}

void LinesSource::read_on(ListFile file) {
    auto reader = ListReader::begin(std::move(file), name_, check_.digest(), form_);
    if (!reader) {
        const auto cause =
            fmt::format("was read up to byte {}, which is within a line now", check_.position());
        if (!reader_ && is_start_)
            throw Failure(ExitStatus::Configuration, fmt::format("{}: {}; {}", name_, cause, kAdvice));
        return lose(cause);
    }
    if (!reader_ && is_start_ && check_.is_blind()) {
        log(LogLevel::Notice,
            "{}: is taken for the list that version 0.1.0 has read up to byte {}, which kept no digest of it",
            name_, check_.position());
    }
    if (reader_ || !lost_.empty()) {
        log(LogLevel::Notice, "{}: is there again, and is read on", name_);
        watch_changes();
    }
    reader_ = std::move(reader);
    last_candidate_.reset();
    lost_.clear();
    leads_to_ = ListWatch::Name::Same;
    report_->clear(SourceState::Gone);
    report_->clear(SourceState::Replaced);
    watch_.hurry();
}

void LinesSource::refuse(ListCheck::Outcome outcome) {
    const FileStatus status = candidate_->status();
    candidate_.reset();
    const auto read = check_.position();
    if (!reader_ && is_start_) {
        throw Failure(
            ExitStatus::Configuration,
            outcome == ListCheck::Outcome::Shorter
                ? fmt::format("{}: has {} bytes, but {} of it were read before; put the whole file back, or "
                              "begin anew with --from-start (what is booked is recognised)",
                              name_, status.bytes, read)
                : fmt::format(
                      "{}: is another list: its first {} bytes are not those that were read before; {}",
                      name_, read, kAdvice));
    }
    if (lost_.empty())
        lose(
            fmt::format("another list has its name now: its first {} bytes are not those that "
                        "were read",
                        read));
}

void LinesSource::lose(const std::string& cause) {
    if (!lost_.empty()) return;
    lost_ = fmt::format("{}: {}; {}", name_, cause, kAdvice);
    if (!once_) log(LogLevel::Error, "{}: {}; no more is taken: {}", name_, cause, kAdvice);
    report_->clear(SourceState::Gone);
    report_->set(SourceState::Replaced, lost_);
}

std::size_t LinesSource::acquire(std::span<Item> items) {
    if (stopped_ || ended_) return 0;
    look_if_due();
    if (!lost_.empty()) look_for_list();
    if (candidate_) compare();
    if (!lost_.empty() && !candidate_ && once_) throw Failure(ExitStatus::Configuration, lost_);
    if (!lost_.empty() || candidate_) return 0;
    auto [count, state] = reader_->take(items);
    see_state(state);
    if (state != ListReader::State::End) return count;
    if (once_ && count < items.size() && reader_->take_rest(items[count])) ++count;
    if (count > 0) return count;
    if (once_) {  // before this counts as the end: check that the file is still the list
        watch_.hurry();
        look_if_due();
        if (!lost_.empty()) return 0;
    }
    if (leads_to_ == ListWatch::Name::Other) {
        look_for_list();
    } else if (once_) {
        ended_ = true;
    }
    return 0;
}

void LinesSource::see_state(ListReader::State state) {
    switch (state) {
        case ListReader::State::More:
        case ListReader::State::End:
            return;
        case ListReader::State::Cut:
            return lose(fmt::format("has shrunk to {} bytes when {} had been read",
                                    reader_->file().status().bytes, reader_->end_position()));
        case ListReader::State::FilledAnew:
            return lose(fmt::format("was filled anew: its first {} bytes are not those that were read",
                                    reader_->end_position()));
        case ListReader::State::WithinLine:
            return lose(
                fmt::format("was read up to byte {}, which is within a line now", reader_->end_position()));
    }
}

bool LinesSource::exhausted() const {
    if (stopped_ || ended_) return true;
    if (once_ || candidate_) return false;  // only acquire() finds the end
    if (!lost_.empty()) return true;
    return !reader_->has_line() && reader_->file().status().bytes == reader_->end_position();
}

void LinesSource::wait(int signal_fd, std::chrono::milliseconds bound) {
    if (stopped_ || ended_) {
        wait_readable(-1, signal_fd, bound);
        return;
    }
    if (candidate_ || !changes_) return;  // acquire() has work: it compares, or reads on (`once`)
    // Drain the events before checking the file's length: a change in between then wakes the poll.
    changes_->drain([this](std::uint32_t mask, std::string_view) {
        if ((mask & IN_MODIFY) == 0) watch_.hurry();
    });
    if (!lost_.empty()) {
        wait_readable(-1, signal_fd,
                      std::min(bound, std::chrono::ceil<milliseconds>(until_common_tick(kLook))));
        return;
    }
    if (reader_->has_line() || reader_->file().status().bytes != reader_->end_position()) return;
    wait_readable(changes_->fd(), signal_fd, bound);
}

std::chrono::nanoseconds LinesSource::look() {
    if (!stopped_ && !ended_) look_if_due();
    return kLook;
}

void LinesSource::look_if_due() {
    const auto now = steady_clock::now();
    if (!reader_ || !watch_.is_due(now)) return;
    const ListWatch::Sight sight = watch_.look(reader_->file(), reader_->digest_of_passed(), now);
    see_name(sight.name);
    if (sight.content == ListWatch::Content::Cut) see_state(ListReader::State::Cut);
    if (sight.content == ListWatch::Content::FilledAnew) see_state(ListReader::State::FilledAnew);
}

void LinesSource::see_name(ListWatch::Name name) {
    if (name == leads_to_) return;
    leads_to_ = name;
    if (!lost_.empty()) return;
    report_->clear(SourceState::Gone);
    report_->clear(SourceState::Replaced);
    if (name == ListWatch::Name::Same) {
        log(LogLevel::Notice, "{}: has its name again", name_);
        return;
    }
    const bool is_gone = name == ListWatch::Name::Gone;
    const auto sentence = fmt::format(
        "{}: {}", name_,
        is_gone
            ? "was renamed or removed; the file that was opened is still read, but a restart needs it under "
              "its name"
            : "another file has its name now; the one that was opened is read to its end");
    log(LogLevel::Warning, "{}", sentence);
    report_->set(is_gone ? SourceState::Gone : SourceState::Replaced, sentence);
}

// Makes the file that has the list's name now the candidate. It may be the list: put back, or rewritten with
// more lines at its end. Skips a file that was compared and has not changed since. But compares it again if
// its last change was so recent that a later change may have the same time stamp.
void LinesSource::look_for_list() {
    const auto found = look_through(path_.c_str());
    if (candidate_ || !found) return;
    const auto is_as = [&found](const FileStatus& other) {
        return found->identity == other.identity && found->bytes == other.bytes &&
               found->changed_ns == other.changed_ns;
    };
    if (last_candidate_ && is_as(*last_candidate_)) return;
    last_candidate_.reset();
    if (ListWatch::is_settled(*found)) last_candidate_ = found;
    try {
        candidate_.emplace(path_, name_);
    } catch (const Failure&) {
        return lose("another file has its name now, which cannot be read");
    }
    if (reader_) {
        check_ = ListCheck({reader_->mark()}, reader_->digest().position(), false, {}, form_);
    } else {
        check_ = ListCheck(check_.marks(), check_.position(), false, check_.unmarked(), form_);
    }
}

std::optional<MarkedPosition> LinesSource::mark() const {
    return reader_ ? std::optional(reader_->mark()) : std::nullopt;
}

std::optional<MarkedPosition> LinesSource::mark_at(std::uint64_t position) {
    return reader_ ? reader_->mark_at(position) : std::nullopt;
}

std::optional<FileIdentity> LinesSource::file() const {
    return reader_ ? std::optional(reader_->file().identity()) : std::nullopt;
}

}  // namespace pipeline
