//! What real drives answered, drive by drive, against our parsers and what we conclude from them.
//! The answers are in `tests/fixtures/real-drives`; a module here has the name of its file there.

mod real_drives {
    pub mod derive;
    pub mod every_item;
    pub mod evidence;
    pub mod retell;
    pub mod table;
    pub mod wodim;

    mod acer_axd001_dvdplusr_life_cycle;
    mod asus_crw5232a3_cdrw_sao_write_fail;
    mod asus_drw1608p2_and_liteon_dh20a4p_dvdplusrw_blank;
    mod asus_drw24b1st_dvdplusrw_suspended;
    mod atip_reports;
    mod cdtext_and_pic;
    mod ddrescue_maps;
    mod hldtst_bt20n_dvdplusrdl_blank;
    mod hldtst_gp60n_dvdplusrw_blank;
    mod hldtst_gsa4083n_dvdrw_two_sessions;
    mod hldtst_gsa4167b_dvdrom_pressed;
    mod hldtst_gsah10n_dvdplusrdl_multisession;
    mod hldtst_guc0n_dvdr_8cm_open;
    mod hldtst_wh16ns40_bdr_blank_and_pow;
    mod kernel_log_sense_lines;
    mod nec_nd3540a_dvdplusrw;
    mod optiarc_ad7590s_dvdplusrdl_blank_and_page2a;
    mod page2a_and_profiles_various;
    mod personas;
    mod philips_cdd4851_cdrw_blank_fail;
    mod pioneer_dvr111d_dvdplusrdl_blank;
    mod pioneer_dvr111d_dvdr_blank_hwerror;
    mod plextor_pxw4824a_page2a;
    mod quirks_from_tool_authors;
    mod redumper_dic_aaru_disc_structures;
    mod sense_pairs_from_logs;
    mod tsst_se506cb_inquiry;
    mod tsst_sh224db_dvdplusr_appendable;
    mod tsst_shs182m_dvdram;
    mod tsst_tsl632h_dvdplusr_blank_and_closed;
    mod unknown_cdrw_read_track_information_udftools44;
}
