package dev.prebake.lab.cloud;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list, as Step Functions, EventBridge Scheduler, Systems Manager and EC2 turn them.
 *
 * @param items what stands on it
 * @param nextToken what asks for the next page; null on the last one
 */
record Page<T>(List<T> items, @Nullable String nextToken) {
    /** How many items there are on a page at most. */
    static final int MOST = 1000;

    /**
     * The page that a token asks for. The token names the last item of the page before, so that items that come in ahead of it
     * move nothing.
     *
     * @param all the whole list, in its order
     * @param key what tells an item from all others
     * @param asked how many are wanted, 0 to 1,000; null or 0 for the usual number
     * @param usual how many there are on a page unless something is said
     * @throws IllegalArgumentException when the number is out of range or no page gave such a token
     */
    static <T> Page<T> of(
            List<T> all, Function<T, String> key, @Nullable Integer asked, int usual, @Nullable String token) {
        if (asked != null && (asked < 0 || asked > MOST)) {
            throw new IllegalArgumentException("1 validation error detected: Value '" + asked
                    + "' at 'maxResults' failed to satisfy constraint: Member must have value between 0 and " + MOST);
        }
        int size = asked == null || asked == 0 ? usual : asked;
        int from = token == null ? 0 : after(all, key, token);
        int to = Math.min(all.size(), from + size);
        return new Page<>(
                List.copyOf(all.subList(from, to)), to == all.size() ? null : token(key.apply(all.get(to - 1))));
    }

    private static <T> int after(List<T> all, Function<T, String> key, String token) {
        for (int i = 0; i < all.size(); i++) {
            if (token(key.apply(all.get(i))).equals(token)) {
                return i + 1;
            }
        }
        throw new InvalidPageTokenException(token);
    }

    private static String token(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** A token that no page gave. */
    static final class InvalidPageTokenException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        InvalidPageTokenException(String token) {
            super("Invalid Token: '" + token + "'");
        }
    }
}
