// SPDX-License-Identifier: Apache-2.0
// One POSIX shared memory object, mapped whole. The only file that knows Boost.Interprocess: creating,
// opening, mapping and removing are its, everything in the memory is ours.
//
// A segment is built under a temporary name, NAME.new, and gets its name in one step when it is
// complete, so that nobody ever opens a half-made one. Its space is allocated at creation: a full
// /dev/shm is an error then and no SIGBUS later. Its maker holds a shared flock(2) on it, from before it has
// its name until it is closed: what a killed maker left can be told from what a living one is about to use.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace pipeline {

class Segment {
  public:
    // Makes NAME.new of `bytes` zero bytes, mode 0600, allocated and mapped. A NAME.new that a killed
    // maker left is replaced. It is removed again if the segment is not published. Throws Failure
    // CannotCreate, also if another process is making a segment of that name.
    [[nodiscard]] static Segment create(const std::string& name, std::size_t bytes);

    enum class Access { ReadWrite, ReadOnly };
    // Maps an existing segment; none if there is no such name. Throws Failure: CannotCreate if it cannot be
    // opened or mapped or belongs to another user (root may open all ReadOnly); InputOutput if that is for
    // lack of something (shortage.hpp); Configuration if it is empty.
    [[nodiscard]] static std::optional<Segment> open(const std::string& name, Access access);

    // Removes the name; processes that have it mapped keep it. No such name is no error.
    static void remove(const std::string& name) noexcept;
    // The same of what its maker has closed or left by being killed; throws Failure CannotCreate if it has
    // it still.
    static void remove_abandoned(const std::string& name);

    Segment(Segment&&) noexcept;
    Segment& operator=(Segment&&) noexcept;
    ~Segment();

    // Gives a created segment its name. Throws Failure CannotCreate if the name is taken.
    void publish();
    // The same in place of what has the name, in one step; nothing if it has its name already. For whoever
    // keeps others from what has the name. Throws Failure CannotCreate.
    void replace();

    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] void* address() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    // The open file description, whose flock(2) is this process's share in the generation.
    [[nodiscard]] int fd() const noexcept;
    // True if any process, this one included, has the object open or mapped for writing. None: the system
    // does not say, as for a user who is not its owner.
    [[nodiscard]] std::optional<bool> is_written() const noexcept;
    // True if the name still means this object: nobody has removed or replaced it since it was opened.
    [[nodiscard]] bool has_its_name() const noexcept;

  private:
    struct Mapping;
    explicit Segment(std::unique_ptr<Mapping> mapping) noexcept;
    std::unique_ptr<Mapping> mapping_;
};

}  // namespace pipeline
