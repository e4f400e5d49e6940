// SPDX-License-Identifier: Apache-2.0
// Takes questions to the ledger, and has a thread of its own look for the answers, one question after the
// other, so that nobody who watches the pipeline waits for a disk. The thread starts with the first question.
// Equal questions that wait get one look-up.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

#include "observer/rows/ledger_question.hpp"

namespace pipeline {

class LedgerDesk {
  public:
    using Done = std::function<void(const LedgerAnswer&)>;
    using Answer = std::function<LedgerAnswer(const LedgerQuestion&)>;

    static constexpr std::size_t kMostQuestions = 32;  // that wait
    // A question that has waited so long is not looked up any more.
    static constexpr std::chrono::milliseconds kMostWait{2000};

    // `answer` is called in the thread. Throws Failure InputOutput.
    explicit LedgerDesk(Answer answer = answer_of);
    LedgerDesk(const LedgerDesk&) = delete;
    LedgerDesk& operator=(const LedgerDesk&) = delete;
    // Waits for the look-up that is under way. If that hangs, because a file system does not answer, leaves
    // the thread behind.
    ~LedgerDesk();

    // Returns a descriptor that is readable whenever deliver() has something to do.
    [[nodiscard]] int fd() const noexcept;
    // Takes the question; deliver() will call `done`. If there are too many questions, or a look-up hangs,
    // the answer is a NoAnswer.
    void ask(const LedgerQuestion& question, Done done);
    // Calls the functions whose answers are there.
    void deliver();

  private:
    struct Shared;
    static void work(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace pipeline
