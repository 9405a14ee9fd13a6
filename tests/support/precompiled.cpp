// Nothing but the headers of all tests, which CMake puts in front: who compiles them once.
