package dev.prebake.cleanup;

/**
 * Something of the failed execution that is still there.
 *
 * @param id its ID
 * @param standing how it stands, or what AWS answered when it was to go
 * @param refused whether AWS refused for good: a permission, say
 */
record Leftover(String id, String standing, boolean refused) {
    @Override
    public String toString() {
        return id + " (" + standing + ")";
    }
}
