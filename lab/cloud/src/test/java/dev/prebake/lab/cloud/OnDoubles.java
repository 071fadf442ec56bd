package dev.prebake.lab.cloud;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of single doubles begin and end with: all of them, fresh, in a folder of their own. */
@SuppressWarnings("NullAway.Init")
abstract class OnDoubles {
    @TempDir
    private Path home;

    Doubles aws;

    @BeforeEach
    void open() {
        aws = new Doubles(home);
    }

    @AfterEach
    void close() {
        aws.close();
    }
}
