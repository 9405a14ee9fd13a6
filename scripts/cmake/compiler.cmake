add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wimplicit-fallthrough -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns of std::variant and std::optional members that it cannot prove set, and of the ends of std::string, in
  # code that is right.
  add_compile_options(-Wno-maybe-uninitialized -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                      -Wno-stringop-overread)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # std::stable_sort of GCC 12's library uses what that library itself calls deprecated.
  add_compile_options(-Wno-deprecated-declarations)
endif()

# What users run is hardened: a fault in memory ends the program rather than doing what a packet says.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckCXXCompilerFlag)
  foreach(flag -fstack-protector-strong -fcf-protection)
    string(MAKE_C_IDENTIFIER "TUNSTACK_HAS${flag}" known)
    check_cxx_compiler_flag(${flag} ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  add_link_options(-Wl,-z,relro,-z,now)
else()
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

# tunstack_checked(TARGET): containers check their bounds in release builds too. Where each packet passes they take a
# tenth to a quarter of its time, so protocols and node have these checks in tests only, and those of base/bytes.hpp always.
function(tunstack_checked target)
  target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
endfunction()

if(TUNSTACK_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# tunstack_fuzzed(TARGET): libFuzzer watches it. The tests it does not, which would cost a fifth of their build.
function(tunstack_fuzzed target)
  if(TUNSTACK_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# tunstack_read_together(TARGET [folders...]): the files of each of the folders are compiled as one, of several joined by |
# too, and all others as one, because most of the time goes to the headers that they share. So no two of them may give
# different things in them the same name; but a local may have that of another file's constant. Not in the preset
# `debug`, which shows that each file includes what it uses, and builds one file quickly.
function(tunstack_read_together target)
  if(CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT TUNSTACK_SANITIZE)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  set_source_files_properties(${sources} PROPERTIES UNITY_GROUP others)
  foreach(folders ${ARGN})
    string(MAKE_C_IDENTIFIER ${folders} group)
    set(inside ${sources})
    list(FILTER inside INCLUDE REGEX "^(${folders})")
    set_source_files_properties(${inside} PROPERTIES UNITY_GROUP ${group})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  target_compile_options(${target} PRIVATE -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # How much of a file may be inlined: all that would be if it were compiled alone, or packets cost a fifth more.
    target_compile_options(${target} PRIVATE -Wshadow=local --param=inline-unit-growth=1000)
  endif()
endfunction()
