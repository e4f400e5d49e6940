// SPDX-License-Identifier: Apache-2.0
// A segment is a POSIX shared memory object or, if the user chose a directory in memory (segment_path.hpp), a
// file there. It is mapped whole. Only this class uses Boost.Interprocess, and only to create, open, map and
// remove segments. Boost puts nothing into the memory.
//
// A segment is built under a temporary name, NAME.new, and renamed in one step when it is complete, so that
// no process opens a half-made one. Its space is allocated at creation, so that a full /dev/shm causes an
// error then, not a SIGBUS later. The creator holds a shared flock(2) on the segment from before the rename
// until it closes the segment: a segment without this lock is the leftover of a dead creator.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace pipeline {

class Segment {
  public:
    // Makes a segment of `bytes` zero bytes, mode 0600, allocated and mapped, under its temporary name
    // NAME.new. Replaces a NAME.new that a killed creator left. The destructor removes the segment if it was
    // not published. Throws Failure CannotCreate if that fails, or if another process is creating a segment
    // of that name.
    [[nodiscard]] static Segment create(const std::string& name, std::size_t bytes);

    enum class Access { ReadWrite, ReadOnly };
    // Maps an existing segment. Returns none if no segment has that name. Throws Failure: CannotCreate if it
    // cannot be opened or mapped, or belongs to another user (root may open any segment ReadOnly);
    // InputOutput if resources are short (passing_error.hpp); Configuration if it is empty.
    [[nodiscard]] static std::optional<Segment> open(const std::string& name, Access access);

    // Removes the name. Processes that have mapped the segment keep the memory. A missing name is not an
    // error.
    static void remove(const std::string& name) noexcept;
    // Removes the name of a segment whose creator has closed it or was killed. Throws Failure CannotCreate if
    // the creator still has it open.
    static void remove_abandoned(const std::string& name);

    Segment(Segment&&) noexcept;
    Segment& operator=(Segment&&) noexcept;
    ~Segment();

    // Gives a created segment its final name. Throws Failure CannotCreate if the name is taken.
    void publish();
    // Gives a created segment its final name, and takes it from the segment that has it now, in one step.
    // Does nothing if this segment has its final name already. The caller must keep other processes out of
    // the segment that loses the name. Throws Failure CannotCreate.
    void replace();

    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] void* address() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    // Returns the file descriptor. The generation lock (segments.hpp) is a flock(2) on the ring's descriptor.
    [[nodiscard]] int fd() const noexcept;
    // True if any process, this one included, has the object open or mapped for writing. None if the system
    // does not tell, for example to a user who is not the owner.
    [[nodiscard]] std::optional<bool> is_written() const noexcept;
    // True if the name still refers to this object: nobody has removed or replaced it since it was opened.
    [[nodiscard]] bool has_its_name() const noexcept;

  private:
    struct Mapping;
    explicit Segment(std::unique_ptr<Mapping> mapping) noexcept;
    std::unique_ptr<Mapping> mapping_;
};

}  // namespace pipeline
