# SPDX-License-Identifier: Apache-2.0
"""Wrong versions of the rules in docs/crash-safety.md, each of which a test must find.

A mutant is a name that says what is wrong, edits (file, text that is there once, text in its place), and the test that
must fail. A test is a program of the build tree and the name of a test case in it.
"""
from dataclasses import dataclass

ONE_KILL = ("tests/crash/crash_tests", "a kill at any instruction*")
STOPPED_WAITER = ("tests/crash/crash_tests", "a waiter that is woken and does not run on*")
LEAVER = ("tests/unit/leave_tests", "a consumer that is told to leave*")
ADOPTED = ("tests/unit/leave_tests", "attempts at what a dead consumer has left take permits*")
EACH = ("tests/unit/leave_tests", "every process for an invoice takes a permit*")
REQUESTS = ("tests/unit/leave_tests", "every request to a program takes a permit*")
GIVEN_UP = ("tests/unit/leave_tests", "a consumer that is killed while it leaves*")
REDO = ("tests/unit/ledger_tests", "what a dead leader has committed*")
OTHERS = ("tests/unit/ledger_tests", "records that are not what the last commit was of*")
EXCHANGED = ("tests/unit/ledger_tests", "*half a copy in the place of one in use*")
LOG_LOST = ("tests/unit/ledger_tests", "a log that is removed while in use*")
LOG_BEGUN = ("tests/unit/ledger_tests", "a log that a lookup or a supervisor has begun*")
DAMAGED_RECORD = ("tests/unit/unit_tests", "records that turn out to be damaged*")
ANY_SIZE = ("tests/unit/unit_tests", "bytes of any size pass*")
STALE_SLOT = ("tests/unit/unit_tests", "slots that a killed push was overwriting*")
MAKES_WAY = ("tests/unit/unit_tests", "a consumer that runs while a suspect waits*")
SUSPECT = ("tests/crash/crash_tests", "a kill of everything charges nobody*")
SLEEPERS = ("tests/crash/storm_tests", "a storm of kills over sleeping processes*")

HONEST = ("tests/unit/clerk_tests", "no honest ledger is called changed*")
REUSED_INODE = ("tests/unit/identity_tests", "two files with one inode*")
REMOVED = ("tests/hosts/table_tests", "every outcome removes its row*")
STAYS = ("tests/hosts/table_tests", "a row stays if its position*")
TAKEN = ("tests/hosts/table_tests", "a row is taken once*")
EXTENDED = ("tests/hosts/table_tests", "a source extends the lease*")
MOVES = ("tests/crash/spool_moves_tests", "a receipt that is killed at any call*")
WAITING_MOVES = ("tests/crash/spool_moves_tests", "the way to waiting/ and back*")
HOLD = ("tests/crash/crash_tests", "a kill within a hold*")

RING = "common/core/ring.cpp"
STORAGE = "common/core/storage.cpp"
FLUSH = "common/ledger/flush.cpp"
SESSION = "common/ledger/sqlite/ledger_session.cpp"
SLICES = "common/ledger/sqlite/ids/id_slices.cpp"
FILTERS = "common/ledger/sqlite/ids/loaded_filters.cpp"
SHARED = "common/ledger/sqlite/ids/shared_filters.cpp"
MUTEX = "common/shm/robust_mutex.cpp"
RECEIPTS = "producer/sources/spool/spool_receipts.cpp"
WORK_TABLE = "common/ledger/postgresql/work/pg_work_table.cpp"
REMOVAL = "common/ledger/postgresql/work/pg_removal.cpp"
TABLE_WORKER = "producer/sources/table/table_worker.cpp"


@dataclass(frozen=True)
class Mutant:
    name: str
    edits: tuple
    test: tuple


MUTANTS = [
    Mutant("the record of an item that was given again has the source's position", (
        (STORAGE, "        if (record.attempt.is_given_again()) record.position = record.attempt.position;\n", ""),), ONE_KILL),
    Mutant("an invoice that is given again is not found in a hand", (
        ("producer/again/in_flight_again.cpp",
         "            for (std::uint64_t i = word.done; i < word.count; ++i) add(rows, hand.item(i), ring.bytes());\n", ""),),
        ONE_KILL),
    Mutant("the body of an invoice that waits is not kept", (
        (STORAGE, "(finding.status != Status::Booked || may_be_rejected)", "may_be_rejected"),), ONE_KILL),
    Mutant("a success that is cut short leaves the hold for ever", (
        ("common/core/pace/hold.cpp",
         "    if (area_->failures.load(std::memory_order_relaxed) != 0) forget_failures();\n    if (area_->is_given_up",
         "    if (area_->failures.load(std::memory_order_relaxed) == 0) return false;\n"
         "    forget_failures();\n    if (area_->is_given_up"),), HOLD),
    Mutant("a start takes the file of an invoice that waits for a new one", (
        ("producer/sources/spool/spool_source.cpp", "    if (!outcome) return false;\n    // If the row is rejected",
         "    if (!outcome || outcome->outcome == Outcome::Waiting) return false;\n    // If the row is rejected"),),
        WAITING_MOVES),
    Mutant("a file is known by its inode without its birth time", (
        ("common/os/file_identity.cpp", "    return birth_ns == 0 ? inode : mixed(mixed(birth_ns) ^ inode);\n",
         "    return inode;\n"),), REUSED_INODE),
    Mutant("an unknown cause is charged to whatever was in work", (
        ("common/core/hand.cpp", "const bool is_charged = !work.is_shared() && (cause != 0 || work.is_suspect);",
         "const bool is_charged = true;"),), SUSPECT),
    Mutant("nobody makes way for a suspect", (
        ("supervisor/starter.cpp", "    if (suspicion_.is_raised()) pool_.tell_all();\n", ""),), MAKES_WAY),
    Mutant("the death of a successor that made a suspect is charged to it", (
        ("common/core/hand.cpp", "= is_counted || is_suspect(i) != work.is_suspect;",
         "= is_counted;"),), SUSPECT),
    Mutant("a push commits before the slots are written", (
        (RING, "        std::uint64_t index = tail;\n",
         "        area_->tail.store(tail + count, std::memory_order_release);\n"
         "        std::uint64_t index = tail;\n"),), ONE_KILL),
    Mutant("a push overwrites the slot that is evidence", (
        (RING, "{items.size(), capacity_ - used, capacity_ - 1U}", "{items.size(), capacity_ - used}"),), ONE_KILL),
    Mutant("a claim moves the head before the hand has the items", (
        (RING, "        hand.set_word({head, count, 0});\n"
               "        area_->head.store(head + count, std::memory_order_release);\n",
         "        area_->head.store(head + count, std::memory_order_release);\n"
         "        hand.set_word({head, count, 0});\n"),), ONE_KILL),
    Mutant("a claim commits before the items are copied", (
        (RING, "        std::size_t at = head % capacity;\n",
         "        hand.set_word({head, count, 0});\n        std::size_t at = head % capacity;\n"),), ONE_KILL),
    Mutant("nobody settles the head after a claim that was cut short", (
        (RING, "[this] { settle_head(); }", "[] {}"),), ONE_KILL),
    Mutant("a save commits before the records are written", (
        (STORAGE, "    std::size_t at = tail % capacity_;\n",
         "    area_->tail.store(tail + count, std::memory_order_release);\n    std::size_t at = tail % capacity_;\n"),
    ), ONE_KILL),
    Mutant("a save takes the items out of the hand before it commits", (
        (STORAGE, "        area_->tail.store(tail + count, std::memory_order_release);\n"
                  "        word.done += count;\n        hand.set_word(word);\n",
         "        word.done += count;\n        hand.set_word(word);\n"
         "        area_->tail.store(tail + count, std::memory_order_release);\n"),), ONE_KILL),
    Mutant("a save overwrites the record that is evidence", (
        (STORAGE, "{findings.size(), free_records(), capacity_ - 1U}", "{findings.size(), free_records()}"),), ONE_KILL),
    Mutant("nobody settles the hand after a save that was cut short", (
        (STORAGE, "    if (settled.done != word.done) hand.set_word(settled);\n", ""),), ONE_KILL),
    Mutant("a push stores the tail of its bytes after it has committed", (
        (RING, "            area_->bytes_tail.store(end, std::memory_order_release);\n", ""),
        (RING, "        area_->tail.store(index, std::memory_order_release);\n",
         "        area_->tail.store(index, std::memory_order_release);\n"
         "        if (end != 0) area_->bytes_tail.store(end, std::memory_order_release);\n")), ONE_KILL),
    Mutant("a push stores no tail of its bytes", (
        (RING, "            area_->bytes_tail.store(end, std::memory_order_release);\n", ""),), ONE_KILL),
    Mutant("a push overwrites the bytes of items in hands", (
        (RING, "        oldest = std::min(oldest, *in_hand);\n", ""),), ONE_KILL),
    Mutant("a push overwrites the bytes of items in the ring", (
        (RING, "    if (from < end) oldest = slot(from).span().offset;\n", ""),), ANY_SIZE),
    Mutant("bytes wrap around the end of their area", (
        (RING, "    const std::uint64_t offset = bytes_.place_for(end, span.bytes());\n",
         "    const std::uint64_t offset = end;\n"),), ONE_KILL),
    Mutant("a save stores the tail of its bytes after it has committed", (
        (STORAGE, "        if (end != 0) area_->bytes_tail.store(end, std::memory_order_release);\n", ""),
        (STORAGE, "        word.done += count;\n",
         "        if (end != 0) area_->bytes_tail.store(end, std::memory_order_release);\n"
         "        word.done += count;\n")), ONE_KILL),
    Mutant("a save overwrites the bytes of records that are not released", (
        (STORAGE, "    return from < end ? record(from).span().offset : bytes_tail();\n",
         "    return bytes_tail();\n"),), ANY_SIZE),
    Mutant("a producer takes a slot that a killed push was overwriting for evidence of the bytes", (
        (RING, "        while (newest != first && !slot(newest - 1).is_spanned()) --newest;\n"
               "        const bool has_any = newest != first;\n",
         "        while (newest + capacity_ != tail && newest != 0 && !slot(newest - 1).is_spanned()) --newest;\n"
         "        const bool has_any = newest != first && newest != 0 && slot(newest - 1).is_spanned();\n"),),
        STALE_SLOT),
    Mutant("a flush says durable before the ledger has committed", (
        (FLUSH, "    write(records, context);\n    if (tail != durable) {\n",
         "    if (tail != durable) storage_.set_durable(tail, count(records, monotonic_ns(), metrics_.until_durable));\n"
         "    write(records, context);\n    if (tail < durable) {\n"),), ONE_KILL),
    Mutant("a redo decides again", (
        (SESSION, "rows_.insert(records, redone, context);\n",
         "rows_.insert(records, 0 * redone, context);\n"),),
        REDO),
    Mutant("a redo does not look whether the invoices are those that were committed", (
        ("common/ledger/last_commit.cpp", " == last.digest ?", " != last.digest + \"x\" ?"),), OTHERS),
    Mutant("a redo is not synced", (
        (SESSION, "updated_at = excluded.updated_at +\"\n"
                  "                         \" (updated_at = excluded.updated_at), last_first",
         "updated_at = updated_at, last_first"),), REDO),
    Mutant("a ledger in the place of another one is believed", (
        ("common/ledger/sqlite/ledger_opening.cpp", "known.id != 0 &&", "known.id == 1 &&"),), EXCHANGED),
    Mutant("a ledger goes on with a log that has lost its name", (
        ("common/ledger/sqlite/sqlite_ledger.cpp",
         "if (!now.has_same_logs(then)) save_from_lost_log(now);", ""),), LOG_LOST),
    Mutant("a second log is begun while others have the one that was removed", (
        ("common/ledger/sqlite/ledger_opening.cpp",
         "if (!look.file || is_complete() ||", "if (!look.file || true ||"),), LOG_LOST),
    Mutant("a log that a lookup has begun is not the consumers'", (
        ("common/ledger/sqlite/ledger_opening.cpp", "    remember_log(opened, known);",
         "    static_cast<void>(remember_log);"),), LOG_BEGUN),
    Mutant("records are not checked again before their COMMIT", (
        ("common/ledger/sqlite/ledger_session.cpp",
         "    if (context.check_records) context.check_records();\n", ""),), DAMAGED_RECORD),
    Mutant("a flush counts in the totals that are valid", (
        (STORAGE, "area_->totals[which ^ 1U];", "area_->totals[which];"),
        (STORAGE, "(durable << 1U) | (which ^ 1U)", "(durable << 1U) | which")), ONE_KILL),
    Mutant("the cursor does not wait for what is in a hand", (
        ("common/core/watermark.cpp", "position && place < kMaxPlaces; ++place) {\n        const auto in_hand",
         "position && place < 0; ++place) {\n        const auto in_hand"),), ONE_KILL),
    Mutant("the cursor of a list goes without a digest", (
        (FLUSH, "    if (!is_list(area)) return Cursor{*watermark.cursor, std::nullopt};\n",
         "    if (area.ordered != 0) return Cursor{*watermark.cursor, std::nullopt};\n"),), ONE_KILL),
    Mutant("the cursor of a list is not rounded down to the mark whose digest it has", (
        (FLUSH, "Cursor{mark->position, mark->digest}", "Cursor{*watermark.cursor, mark->digest}"),), ONE_KILL),
    Mutant("the lock of a dead owner is never marked consistent", (
        (MUTEX, "    if (::pthread_mutex_consistent(&mutex_) != 0) {\n", "    if (false) {\n"),), ONE_KILL),
    Mutant("a lock is waited for without a bound", (
        (MUTEX, "int RobustMutex::timed_lock(std::chrono::nanoseconds bound, int spin_rests) noexcept {\n",
         "int RobustMutex::timed_lock(std::chrono::nanoseconds bound, int spin_rests) noexcept {\n"
         "    if (bound == kAskAgain) bound *= 18'000;\n"),), STOPPED_WAITER),
    Mutant("a file is moved without .moving", (
        (RECEIPTS, "    int error = moves_->take(folders_.spool(), name, folders_.moving(",
         "    int error = moves_->take(folders_.spool(), name, folders_.done("),
        (RECEIPTS, "look_at(folders_.moving(file.outcome), file.name.c_str())",
         "look_at(folders_.done(file.outcome), file.name.c_str())"),
        (RECEIPTS, "    int error = give_plain_name(file.outcome, file.name, file.outcome);",
         "    int error = 0;"),
        (RECEIPTS, "moves_->give(folders_.moving(in), name.c_str(), folders_.spool(), target.c_str())",
         "moves_->give(folders_.done(in), name.c_str(), folders_.spool(), target.c_str())")), MOVES),
    Mutant("what a kill has left in .moving goes to the folder that it was on the way to", (
        ("producer/sources/spool/spool_start.cpp", "return answer ? std::optional(answer->outcome) : std::nullopt;",
         "return answer ? answer->outcome : Outcome::Booked;"),), MOVES),
    Mutant("a consumer leaves before what it has saved is durable", (
        ("consumer/consumer.cpp", "if (departure_.is_wanted() && departure_.flush_saved()) {",
         "if (departure_.is_wanted()) {"),), LEAVER),
    Mutant("a consumer leaves a pipeline that drains", (
        ("consumer/departure.cpp", "    return !watch_.is_draining();\n", "    return true;\n"),),
        LEAVER),
    Mutant("nobody comes after a consumer that was to leave and had something in its hand", (
        ("supervisor/children/pool.cpp", "return !child.wanted && ring_.hand(child.place).empty();",
         "return !child.wanted;"),), GIVEN_UP),
    Mutant("retries take no permit", (
        ("consumer/outside/each_processor.cpp", "} else if (batch.take_permit()) {",
         "} else if (batch.attempt(i) > 1 || batch.take_permit()) {"),), EACH),
    Mutant("what a program is asked again takes no permit", (
        ("consumer/outside/exec_processor.cpp", "        if (!batch_->take_permit()) return;\n",
         "        if (batch_->attempt(next_) == 1 && !batch_->take_permit()) return;\n"),
        ("consumer/outside/exec_processor.cpp", "if (entry == Batch::Entry::Later || delay > delay.zero() || !batch_->take_permit()) {",
         "if (entry == Batch::Entry::Later || delay > delay.zero() || (batch_->attempt(next_) == 1 && !batch_->take_permit())) {")), REQUESTS),
    Mutant("what a dead consumer has left takes no permit", (
        ("consumer/invoice_worker.cpp", "    return !chances_.has_chance(hand_, i) ||",
         "    return hand_.deaths(i) != 0 || !chances_.has_chance(hand_, i) ||"),), ADOPTED),
    Mutant("what was given again in an older round replaces the row", (
        ("common/ledger/rows/row_rules.cpp", "return record.attempt.round == row.round;", "return true;"),),
        ("tests/unit/unit_tests", "an invoice that comes again*")),
    Mutant("the outcome that a newer one replaces is not kept", (
        ("common/ledger/sqlite/rows/ledger_rows.cpp", "for (auto* statement : {&keep_former_, &remove_}) {",
         "for (auto* statement : {&remove_}) {"),),
        ("tests/unit/unit_tests", "an invoice that comes again*")),
    Mutant("a row that is taken keeps its round", (
        ("common/ledger/sqlite/sqlite_taker.cpp", "SET round = round + 1, due_at", "SET due_at"),),
        ("tests/unit/unit_tests", "a due row is taken once*")),
    Mutant("an invoice is given again without its body", (
        ("producer/again/second_chances.cpp", "} else if (row.body) {", "} else if (row.body && row.id.empty()) {"),
    ), ("tests/unit/unit_tests", "a row is given with its body*")),
    Mutant("the body of an invoice that is booked at last stays for ever", (
        ("common/ledger/sqlite/rows/ledger_rows.cpp", "if (!is_again || verdict_.status == Status::Booked) {", "if (!is_again) {"),
    ), ("tests/unit/unit_tests", "an invoice is given again with its body*")),
    Mutant("a producer takes the rows that it has in flight", (
        ("common/ledger/sqlite/sqlite_taker.cpp", "in_flight.contains(id_of_stored(session.due.text(0)))", "in_flight.contains(std::string())"),),
        ("tests/unit/unit_tests", "a due row is taken once*")),
    Mutant("what was tried while the source was held is charged", (
        ("consumer/work/batch.cpp", "    if (chances_.is_tried_in_hold(hand_, base_ + i)) {\n", "    if (false) {\n"),),
        ("tests/unit/unit_tests", "an attempt during a hold*")),
    Mutant("the exit status of a program that was asked to end is its answer", (
        ("consumer/outside/each_processor.cpp", "(batch.is_left() && end != End::InTime)", "false"),),
        ("tests/unit/unit_tests", "at a stop the program that runs*")),
    Mutant("a program's end at a stop is held against its invoice", (
        ("consumer/outside/exec_processor.cpp", "    if (is_leaving_) return take_back();\n", ""),),
        ("tests/unit/unit_tests", "whatever a program does at a stop*")),
    Mutant("an orphan's drain takes the second step of a stop back", (
        ("common/core/ring.cpp", "present < wanted &&", "present != wanted &&"),),
        ("tests/unit/unit_tests", "a stop only goes further*")),
    Mutant("a commit's digest leaves a row out", (
        ("common/ledger/sqlite/rows/ledger_rows.cpp", "if (all_new) sealed_.add(writer_.digest(records, done));",
         "if (all_new && done + 1 != records.size()) sealed_.add(writer_.digest(records, done));"),), HONEST),
    Mutant("a new chain does not take in the others", (
        ("common/ledger/sqlite/seal/commit_chain.cpp",
         "before ? std::string() : take_in_others(commit.generation)", "std::string()"),),
        ("tests/unit/clerk_tests", "a new chain takes in the heads*")),
    Mutant("an id that was pruned is forgotten", (
        ("common/ledger/sqlite/rows/pruned_ids.cpp", "has_any_ = any_.first_row();",
         "has_any_ = any_.first_row() && false;"),),
        ("tests/unit/clerk_tests", "what was pruned stays unique*")),
    Mutant("a slice's filter forgets an id", (
        (SLICES, "        column.add(id);\n", "        if (id.size() % 2 != 0) column.add(id);\n"),),
        ("tests/unit/unit_tests", "an id is recognised in whichever slice*")),
    Mutant("a slice that its own transaction has filled is not asked", (
        (SLICES, "    unfinished_.push_back(newest());\n", ""),),
        ("tests/unit/unit_tests", "ids that come twice in a commit that fills a slice*")),
    Mutant("filters that others have stored are not loaded", (
        (FILTERS, "    if (loaded_ == last) return;\n", "    if (loaded_.slice >= 0) return;\n"),),
        ("tests/unit/unit_tests", "sessions that fill slices in turn*")),
    Mutant("filters of an older copy are taken for this one's", (
        (FILTERS, "    if (has_changed(last)) forget();\n", ""),),
        ("tests/unit/unit_tests", "an older copy that is put into the file*")),
    Mutant("a filter that a copy has brought back is not loaded", (
        (FILTERS, "    return has_more;\n", "    return false && has_more;\n"),),
        ("tests/unit/unit_tests", "a filter that a copy brings back*")),
    Mutant("a loading that fails leaves filters in use", (
        (FILTERS, "        forget();        // no", "        // no"),),
        ("tests/unit/unit_tests", "a loading that fails leaves no filter*")),
    Mutant("shared filters are used whatever rows they are of", (
        (SHARED, "!has_filters(words->words(), digests)", "digests.empty()"),),
        ("tests/unit/unit_tests", "filters of another copy of the ledger*")),
    Mutant("shared filters are there before they are written", (
        (SHARED, "    return write_all(fd_, std::as_bytes(words), turn.begin_ + kWordsAt) &&\n"
                 "           write_all(fd_, std::as_bytes(std::span(&whole, 1)), turn.begin_);\n",
                 "    return write_all(fd_, std::as_bytes(std::span(&whole, 1)), turn.begin_) &&\n"
                 "           write_all(fd_, std::as_bytes(words), turn.begin_ + kWordsAt);\n"),),
        ("tests/unit/unit_tests", "words that could be written only in part*")),
    Mutant("a finished slice gets rows again when its last ones are pruned", (
        (SLICES, "    is_automatic_ = next_ >= least;\n", "    is_automatic_ = true;\n"),),
        ("tests/unit/unit_tests", "serial numbers of finished slices are not given again*")),
    Mutant("a transaction that SQLite has rolled back goes on", (
        ("common/ledger/sqlite/engine/transaction_start.hpp", "        database_->require_transaction();\n", ""),
        ("common/ledger/sqlite/ledger_opening.cpp", "    database.require_transaction();\n    database.execute", "    database.execute"),),
        ("tests/unit/unit_tests", "whichever call to the disk fails*")),
    Mutant("a row that somebody wants again is pruned all the same", (
        ("common/ledger/sqlite/people/pruning.cpp",
         "status <> 'waiting' AND due_at IS NULL AND leased_until IS NULL", "status <> 'waiting'"),),
        ("tests/unit/clerk_tests", "a row is told before it goes*")),
    Mutant("the cancelled outcome is not sealed", (
        ("common/ledger/sqlite/people/cancellation.cpp", "    if (sealed_.rows() == 0) return;\n",
         "    if (sealed_.rows() != 1000) return;\n"),), HONEST),
    Mutant("a row stays in its table when it is recorded", (
        ("common/ledger/postgresql/pg_session.cpp", "    removal_.send(database_, records);\n", ""),), REMOVED),
    Mutant("a row is removed before its record is committed", (
        ("common/ledger/postgresql/pg_session.cpp", "    if (context.check_records) context.check_records();\n",
         "    removal_.send(database_, records);\n    database_.commit();\n    database_.begin();\n"
         "    if (context.check_records) context.check_records();\n"),), REMOVED),
    Mutant("a row is removed by its position alone", (
        (REMOVAL, 't.id::text COLLATE \\"C\\" = r.id', "true"),), STAYS),
    Mutant("an invoice that is given again removes a row", (
        (REMOVAL, "        if (record.is_given_again()) continue;\n", ""),), STAYS),
    Mutant("a lease is no obstacle", (
        (WORK_TABLE, "t.taken_until < now()", "t.taken_until > now()"),), TAKEN),
    Mutant("a row goes back whosever lease it has", (
        (WORK_TABLE, "{1} = r.until", "{1} <> 0"),),
        ("tests/hosts/table_tests", "a row goes back only*")),
    Mutant("rows before the last one are never looked for", (
        (WORK_TABLE, "return take_behind(database, std::nullopt, want, lease);",
         "return take_behind(database, last_, want, lease);"),),
        ("tests/hosts/table_tests", "a row whose transaction commits late*")),
    Mutant("a row that is in the pipeline loses its lease", (
        (TABLE_WORKER, "            table_->extend(due, std::chrono::ceil<microseconds>(plan_.lease));\n", ""),), EXTENDED),
    Mutant("a new producer does not extend what it finds in the pipeline", (
        (TABLE_WORKER, "    for (const std::uint64_t position : plan_.held) held_.add_old(position);\n", ""),), EXTENDED),
    Mutant("waits have no bound, and nobody is woken again after a death", (
        ("consumer/flush_duty.hpp", "kBoundedWait{500'000'000}", "kBoundedWait{3'600'000'000'000}"),
        ("producer/producer.cpp", "kBoundedWait{500}", "kBoundedWait{3'600'000}"),
        ("common/core/idle_wait.hpp", "kSoon{500}", "kSoon{3'600'000}"),
        ("common/core/idle_wait.hpp", "kLater{4000}", "kLater{3'600'000}"),
        ("supervisor/reaper.cpp", "    ring_.wake_all();\n    storage_.wake_all();\n", "")), SLEEPERS),
]
