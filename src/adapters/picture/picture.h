/* picture.h: files of strangers made harmless: JPEG, PNG and WebP are decoded and encoded anew, so that nothing of the
 * sender's bytes is left (no place, no comments, no second file behind the picture); PDF passes as it is when it is
 * plainly one. All of it in a child process of its own, which has neither files nor network, little memory and little
 * time: whatever a decoder can be made to do happens there. */
#pragma once

#include "base/text.h"

#define PICTURE_FILE_MAX ((int64_t)8 << 20) /* bytes of an upload */
#define PICTURE_PIXELS_MAX 50000000         /* of one sent to us; those above PICTURE_PIXELS_KEPT are made smaller */
#define PICTURE_PIXELS_KEPT 6000000
#define PICTURE_LOGO_SIDE 96 /* pixels: twice what is shown, for dense screens */
#define PICTURE_LOGO_MAX ((size_t)16 << 10)

enum picture_verdict { /* also the child's exit status */
                       PICTURE_GOOD,
                       PICTURE_WRONG_TYPE = 10, /* neither picture nor PDF */
                       PICTURE_TOO_LARGE,       /* too many bytes, or pixels */
                       PICTURE_BROKEN,          /* cannot be decoded, or the child died of it */
                       PICTURE_FAILED,          /* of our side: no process, no memory, no time */
};

enum picture_kind { PICTURE_JPEG = 1, PICTURE_PNG, PICTURE_PDF };

struct picture {
    enum picture_kind kind;
    struct text bytes; /* in the arena */
};

const char *picture_content_type(enum picture_kind kind);

/* Slow (up to 20 s): on the worker pool only. path: the upload. */
enum picture_verdict picture_clean(struct arena *arena, const char *path, struct picture *picture);

/* What a QR code in the picture says, as the bytes it holds; one for payments (ST0001…) goes before others.
 * PICTURE_BROKEN: also when there is none. As slow. */
enum picture_verdict picture_code(struct arena *arena, const char *path, struct text *said);

/* The picture as a logo: a square of PICTURE_LOGO_SIDE, WebP, at most PICTURE_LOGO_MAX bytes. As slow. */
enum picture_verdict picture_logo(struct arena *arena, const char *path, struct text *logo);

/* `kabinet picture`: the child: a file on standard input, its kind (a byte) and its bytes on standard output. */
int picture_child(void);
/* `kabinet picture-code`: the same for picture_code: the code's bytes on standard output. */
int picture_code_child(void);
/* `kabinet picture-logo`: the same for picture_logo. */
int picture_logo_child(void);
