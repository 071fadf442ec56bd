package dev.prebake.lab.wire;

import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;

/** One HTTP answer; {@code x-amzn-RequestId} is added to each when it is sent. */
record WireAnswer(int status, String contentType, Map<String, String> headers, SdkBytes body) {}
