// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/spool/spool_start.hpp"

#include <sys/stat.h>

#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/plural.hpp"
#include "common/base/printable.hpp"
#include "common/core/item.hpp"
#include "producer/sources/folder_entries.hpp"
#include "producer/sources/spool/spool_names.hpp"

namespace pipeline {
namespace {

constexpr std::chrono::milliseconds kAskAgain{100};
// A failure that passes sooner is not logged: another pipeline may be closing the ledger.
constexpr std::chrono::seconds kTellAfter{1};

std::string were(std::uint64_t files) {
    return counted(files, "file") + ' ' + std::string(verb(files, "was", "were"));
}

// The id of the invoice in the file `name`.
std::string id_of(const std::string& name) {
    if (SpoolNames::is_id(name)) return name;
    Item item;
    item.set_safe_id(name);
    return item.shown_id();
}

}  // namespace

SpoolStart::SpoolStart(SpoolReceipts& receipts, std::string folder, const Resume& resume,
                       const SourceContext& context)
    : receipts_(receipts),
      folder_(std::move(folder)),
      ledger_(context.ledger),
      unacknowledged_(resume.unacknowledged) {}

bool SpoolStart::is_ready() {
    if (may_ask()) return true;
    if (Clock::now() < ask_at_) return false;
    ask_at_ = {};
    if (finished_) return true;
    try {
        knows_source_ = ledger_->knows_source();
        asks_ = knows_source_;
        const auto moved = receipts_.finish_moving(
            [this](const std::string& name, const FileIdentity& file) -> std::optional<Outcome> {
                const auto known = unacknowledged_.find(file.position());
                if (known != unacknowledged_.end()) return known->second;
                if (!knows_source_) return std::nullopt;
                const auto answer = ledger_->find(id_of(name), file);
                return answer ? std::optional(answer->outcome) : std::nullopt;
            });
        return_waiting();
        finished_ = true;
        recover();
        unacknowledged_.clear();
        if (moved.finished + moved.put_back != 0) {
            log(LogLevel::Notice,
                "spool:{}: the last run was cut short while it moved {}: {} in their folders now, {} back in "
                "the spool",
                printable(folder_), counted(moved.finished + moved.put_back, "file"), moved.finished,
                moved.put_back);
        }
        if (!asks_) end();
    } catch (const LedgerUnavailable& unavailable) {
        put_off(unavailable.what());
    } catch (const Failure& failure) {
        if (failure.status() != ExitStatus::InputOutput) throw;
        put_off(failure.what());
    }
    return finished_;
}

// Moves the files of waiting/ that belong to no row of the ledger back into the spool. Leaves one alone whose
// name a move has made (NAME~INODE): that is not its id.
void SpoolStart::return_waiting() {
    // A ledger that stores nothing knows of no file: those are of a run with another one.
    if (!ledger_->remembers()) return;
    std::uint64_t returned = 0;
    const int waiting = receipts_.folders().done(Outcome::Waiting);
    for (const std::string& name : names_in(waiting, folder_ + "/waiting")) {
        const auto status = look_at(waiting, name.c_str());
        if (!status || !S_ISREG(status->mode) || is_made_name(name)) continue;
        if (knows_source_ && ledger_->find(id_of(name), status->identity)) continue;
        if (receipts_.bring_back({waiting, name, *status}, name)) ++returned;
    }
    if (returned == 0) return;
    log(LogLevel::Notice, "spool:{}: {} in waiting/, and the ledger does not know of {}: back in the spool",
        printable(folder_), were(returned), verb(returned, "it", "them"));
}

std::optional<LedgerLookup::Answer> SpoolStart::outcome_of(const std::string& name,
                                                           const FileIdentity& file) {
    try {
        const auto answer = ledger_->find(id_of(name), file);
        recover();
        if (!answer) return std::nullopt;
        ++(answer->by_inode ? by_inode_ : done_);
        return answer;
    } catch (const LedgerUnavailable& unavailable) {
        put_off(unavailable.what());
        throw;
    }
}

void SpoolStart::put_off(const std::string& why) {
    const auto now = Clock::now();
    ask_at_ = now + kAskAgain;
    if (failing_since_ == Clock::time_point{}) failing_since_ = now;
    if (now - failing_since_ < kTellAfter || std::exchange(told_, true)) return;
    log(LogLevel::Warning, "{}; nothing is taken from spool:{} until it is known what is done", why,
        printable(folder_));
}

void SpoolStart::recover() {
    failing_since_ = {};
    if (!std::exchange(told_, false)) return;
    log(LogLevel::Notice, "spool:{}: it is known again what is done; files are taken", printable(folder_));
}

void SpoolStart::end() {
    asks_ = false;
    ledger_->close();
    if (done_ != 0) {
        log(LogLevel::Notice, "spool:{}: {} in the ledger already: moved", printable(folder_), were(done_));
    }
    if (by_inode_ != 0) {
        log(LogLevel::Notice, "spool:{}: {} in the ledger already, from version 0.1.0: moved",
            printable(folder_), were(by_inode_));
    }
    done_ = by_inode_ = 0;
}

}  // namespace pipeline
