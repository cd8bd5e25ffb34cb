//! Colour arithmetic: sRGB, linear light and Oklab, in which equal distances look equally different.
//!
//! Oklab is Björn Ottosson's, <https://bottosson.github.io/posts/oklab/>; sRGB's curve is that of IEC 61966-2-1.

use std::sync::LazyLock;

use braincase_core::color::Color;

/// A colour in Oklab: lightness 0–1, and two axes, green to red and blue to yellow.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lab {
    pub(super) l: f32,
    pub(super) a: f32,
    pub(super) b: f32,
}

/// Linear light of each sRGB value, in 65535ths; a table because `powf` per pixel would cost more than decoding.
pub(super) static LIGHT: LazyLock<[u16; 256]> =
    LazyLock::new(|| std::array::from_fn(|value| to_u16(f64::from(to_u8(value)) / 255.0, decode)));

/// The sRGB value of each 4096th of linear light; fine enough to give back every value of [`LIGHT`].
static VALUE: LazyLock<[u8; 4096]> = LazyLock::new(|| {
    std::array::from_fn(|step| {
        let light = (step as f64 * 16.0 + 7.5) / 65_535.0;
        byte(encode(light))
    })
});

/// sRGB of linear light.
pub(super) fn srgb(light: [u16; 3]) -> [u8; 3] {
    light.map(|channel| VALUE[usize::from(channel >> 4)])
}

impl Lab {
    /// From linear light.
    pub(super) fn of([r, g, b]: [u16; 3]) -> Self {
        let [r, g, b] = [r, g, b].map(|channel| f32::from(channel) / 65_535.0);
        let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
        Self {
            l: 0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            a: 1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            b: 0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        }
    }

    /// From a colour as it is written.
    pub(super) fn of_color(color: Color) -> Self {
        Self::of([color.r, color.g, color.b].map(|value| LIGHT[usize::from(value)]))
    }

    /// The nearest colour that can be written.
    pub(super) fn color(self) -> Color {
        let l = (self.l + 0.396_337_78 * self.a + 0.215_803_76 * self.b).powi(3);
        let m = (self.l - 0.105_561_346 * self.a - 0.063_854_17 * self.b).powi(3);
        let s = (self.l - 0.089_484_18 * self.a - 1.291_485_5 * self.b).powi(3);
        let channel = |light: f32| byte(encode(f64::from(light).clamp(0.0, 1.0)));
        Color::rgb(
            channel(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
            channel(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s),
            channel(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
        )
    }

    /// How different two colours look, squared; 0.02² is about the least that people see.
    pub(super) fn distance_squared(self, other: Self) -> f32 {
        let (l, a, b) = (self.l - other.l, self.a - other.a, self.b - other.b);
        l * l + a * a + b * b
    }
}

fn decode(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn encode(light: f64) -> f64 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

fn to_u8(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}

fn to_u16(value: f64, curve: impl Fn(f64) -> f64) -> u16 {
    // A float to integer cast saturates, so nothing outside the range can wrap around.
    (curve(value) * 65_535.0).round() as u16
}

fn byte(value: f64) -> u8 {
    (value * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_grey_survives_the_way_to_light_and_back() {
        for value in 0..=255_u8 {
            let light = LIGHT[usize::from(value)];
            assert_eq!(srgb([light; 3]), [value; 3]);
        }
    }

    #[test]
    fn the_reference_colours_are_where_oklab_puts_them() {
        // Computed with the reference code of the Oklab article.
        let red = Lab::of_color(Color::rgb(255, 0, 0));
        let expected = Lab { l: 0.627_955, a: 0.224_863, b: 0.125_846 };
        assert!(red.distance_squared(expected) < 1e-8, "{red:?}");
        let white = Lab::of_color(Color::WHITE);
        assert!(white.distance_squared(Lab { l: 1.0, a: 0.0, b: 0.0 }) < 1e-8, "{white:?}");
    }

    proptest! {
        #[test]
        fn every_colour_survives_the_way_to_oklab_and_back(r: u8, g: u8, b: u8) {
            let color = Color::rgb(r, g, b);
            prop_assert_eq!(Lab::of_color(color).color(), color);
        }
    }
}
