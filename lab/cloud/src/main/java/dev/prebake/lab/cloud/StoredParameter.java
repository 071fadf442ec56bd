package dev.prebake.lab.cloud;

import java.time.Instant;

/**
 * An SSM parameter as the lab keeps it.
 *
 * @param name its full name
 * @param value its value
 * @param type {@code String}, {@code StringList} or {@code SecureString}
 * @param version counts from 1, one up with every write
 * @param modifiedAt when it was written last
 */
record StoredParameter(String name, String value, String type, long version, Instant modifiedAt) {}
