package dev.prebake.lab.wire;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.traits.TimestampFormatTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/**
 * Single values as text. Timestamps have millisecond precision, as AWS's have.
 *
 * @see <a href="https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait">Smithy: timestampFormat</a>
 */
final class Scalars {
    private static final DateTimeFormatter ISO_8601 = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final BigDecimal MAX_MILLIS = BigDecimal.valueOf(Long.MAX_VALUE);

    private Scalars() {}

    /** The format of a timestamp field: its own, or else its protocol's. */
    static Format timestampFormat(SdkField<?> field, Format protocolDefault) {
        return field.getOptionalTrait(TimestampFormatTrait.class)
                .map(TimestampFormatTrait::format)
                .orElse(protocolDefault);
    }

    /** Reads a value that a format gives as text only, as the Query protocols, headers and URIs do. */
    static Object parse(SdkField<?> field, String text, Format timestamps) {
        try {
            return switch (field.marshallingType().getKnownType()) {
                case STRING -> text;
                case INTEGER -> Integer.valueOf(text);
                case LONG -> Long.valueOf(text);
                case SHORT -> Short.valueOf(text);
                case BYTE -> Byte.valueOf(text);
                case FLOAT -> Float.valueOf(text);
                case DOUBLE -> Double.valueOf(text);
                case BIG_DECIMAL -> new BigDecimal(text);
                case BOOLEAN ->
                    switch (text.toLowerCase(Locale.ROOT)) {
                        case "true" -> true;
                        case "false" -> false;
                        default -> throw new IllegalArgumentException(text);
                    };
                case INSTANT -> parseTimestamp(text, timestampFormat(field, timestamps));
                case SDK_BYTES -> SdkBytes.fromByteArray(Base64.getDecoder().decode(text));
                default -> throw unsupported(field);
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw badValue(field, text);
        }
    }

    /** Writes a value as text. */
    static String format(SdkField<?> field, Object value, Format timestamps) {
        return switch (value) {
            case Instant instant -> formatTimestamp(instant, timestampFormat(field, timestamps));
            case SdkBytes bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
            case BigDecimal number -> number.toPlainString();
            case String text -> text;
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> throw unsupported(field);
        };
    }

    static Instant parseTimestamp(String text, Format format) {
        return switch (format) {
            case ISO_8601 -> OffsetDateTime.parse(text).toInstant();
            case RFC_822 ->
                ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            case UNIX_TIMESTAMP -> ofEpochSeconds(new BigDecimal(text));
            case UNIX_TIMESTAMP_MILLIS -> Instant.ofEpochMilli(Long.parseLong(text));
        };
    }

    /** Reads seconds since 1970 with a fraction, which is cut to milliseconds. */
    static Instant ofEpochSeconds(BigDecimal seconds) {
        var millis = seconds.scaleByPowerOfTen(3);
        if (millis.abs().compareTo(MAX_MILLIS) > 0) {
            throw new DateTimeException("out of range");
        }
        return Instant.ofEpochMilli(millis.longValue());
    }

    static String formatTimestamp(Instant instant, Format format) {
        return switch (format) {
            case ISO_8601 -> ISO_8601.format(instant);
            case RFC_822 -> DateTimeFormatter.RFC_1123_DATE_TIME.format(instant.atOffset(ZoneOffset.UTC));
            case UNIX_TIMESTAMP -> BigDecimal.valueOf(instant.toEpochMilli(), 3).toPlainString();
            case UNIX_TIMESTAMP_MILLIS -> Long.toString(instant.toEpochMilli());
        };
    }

    static RejectedException badValue(SdkField<?> field, String what) {
        var shown = what.length() > 100 ? what.substring(0, 100) + "..." : what;
        return new RejectedException(
                Rejection.BAD_VALUE,
                "Value (" + shown + ") for parameter " + field.locationName() + " is invalid. Expected: "
                        + field.marshallingType().getKnownType().name().toLowerCase(Locale.ROOT) + ".");
    }

    static IllegalStateException unsupported(SdkField<?> field) {
        return new IllegalStateException("Field " + field.memberName() + " is of type "
                + field.marshallingType().getTargetClass() + ", which no protocol here carries");
    }
}
